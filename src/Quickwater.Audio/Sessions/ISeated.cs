using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>A session at its <see cref="Seat"/>: told of what happens between two frames, where it happens. Called within its turn.</summary>
internal interface ISeated
{
    /// <summary>Tells the client, if its protocol can.</summary>
    void Tell(SendBatch batch, in Notice notice);

    /// <summary>
    /// Another format or title is in force from here on, for a session whose wire form leaves them out.
    /// </summary>
    /// <returns>Why that ends the session; <see cref="Reason.None"/> when it goes on.</returns>
    Reason Configure(SendBatch batch, AudioFormat format, string title);
}
