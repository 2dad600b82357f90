namespace Quickwater.Media;

/// <summary>What a container says of an <see cref="AccessUnit"/>.</summary>
[Flags]
public enum UnitFlags : byte
{
    /// <summary>It builds on the units before it.</summary>
    None = 0,

    /// <summary>Decoding can start here. Sound always can.</summary>
    Key = 1,

    /// <summary>It is the decoder's configuration, not media.</summary>
    Config = 2,

    /// <summary>No other unit depends on it.</summary>
    Disposable = 4,
}
