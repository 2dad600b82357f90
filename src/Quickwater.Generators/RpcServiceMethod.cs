namespace Quickwater.Generators;

/// <summary>A method of an interface.</summary>
/// <param name="Name">Its name in C#.</param>
/// <param name="WireName">Its name on the wire.</param>
/// <param name="Id">A name that no other method of the interface has.</param>
/// <param name="Shape">What it returns.</param>
/// <param name="Returns">The return type as it is written.</param>
/// <param name="Result">The type of its result or item; null when it gives none.</param>
/// <param name="IsIdempotent">Whether it is declared to do twice what it does once.</param>
/// <param name="Parameters">Its parameters, the cancellation among them.</param>
internal sealed record RpcServiceMethod(
    string Name, string WireName, string Id, RpcShape Shape, string Returns, RpcJsonType? Result, bool IsIdempotent,
    EquatableArray<RpcParameter> Parameters);
