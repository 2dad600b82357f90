namespace Quickwater.Rtmp;

/// <summary>What an AMF3 object's class says of it (AMF3 specification, 3.12).</summary>
/// <param name="ClassName">Empty for an anonymous object.</param>
/// <param name="SealedNames">The members that every object of the class has.</param>
/// <param name="IsDynamic">Whether named members follow those.</param>
/// <param name="IsExternalizable">Whether the class writes itself.</param>
internal sealed record Amf3Traits(string ClassName, string[] SealedNames, bool IsDynamic, bool IsExternalizable);
