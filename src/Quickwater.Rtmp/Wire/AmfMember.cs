namespace Quickwater.Rtmp;

/// <summary>A named member of an AMF object or ECMA array.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public readonly record struct AmfMember(string Name, AmfValue Value);
