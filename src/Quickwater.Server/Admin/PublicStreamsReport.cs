namespace Quickwater.Server;

/// <summary>The answer of <c>GET /streams.json</c>: what everybody may know. Of very many streams those with most viewers; the total says how many there are.</summary>
internal sealed record PublicStreamsReport(bool Listed, int Total, IReadOnlyList<PublicStreamReport> Streams);

/// <summary>One live stream. A codec that is not known is null, a size 0.</summary>
internal sealed record PublicStreamReport(string Name, int Viewers, string? Video, int Width, int Height, string? Audio);
