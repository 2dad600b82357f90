using Quickwater.Audio;

namespace Quickwater.Server.Tests;

/// <summary>Samples of one format and title.</summary>
internal sealed record PlayedPart(string Title, AudioFormat Format, List<byte> Samples);
