namespace Quickwater.Generators;

/// <summary>A type that travels as JSON.</summary>
/// <param name="Written">As it is written, with nullability.</param>
/// <param name="Typeof">As it stands in <c>typeof</c>.</param>
/// <param name="IsNullable">Whether null is one of its values.</param>
internal sealed record RpcJsonType(string Written, string Typeof, bool IsNullable);
