namespace Quickwater.Generators;

/// <summary>A parameter of a method.</summary>
/// <param name="Name">Its name, which is its member's name on the wire when there are several.</param>
/// <param name="Type">Its type; null for the cancellation.</param>
/// <param name="Default">Its default value in C#; null when it has none.</param>
internal sealed record RpcParameter(string Name, RpcJsonType? Type, string? Default);
