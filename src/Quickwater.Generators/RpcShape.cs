namespace Quickwater.Generators;

/// <summary>What a method returns.</summary>
internal enum RpcShape
{
    /// <summary><c>Task</c> or <c>ValueTask</c>: no result; an error is thrown.</summary>
    Nothing,

    /// <summary><c>Task&lt;T&gt;</c> or <c>ValueTask&lt;T&gt;</c>: an error is thrown.</summary>
    Value,

    /// <summary><c>Task&lt;RpcResult&lt;T&gt;&gt;</c> or <c>ValueTask&lt;RpcResult&lt;T&gt;&gt;</c>: an error is a value.</summary>
    Result,

    /// <summary><c>IAsyncEnumerable&lt;T&gt;</c>.</summary>
    Stream,
}
