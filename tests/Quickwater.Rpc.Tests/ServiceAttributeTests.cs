using System.Reflection;
using System.Text.Json.Serialization;

namespace Quickwater.Rpc.Tests;

/// <summary>What an interface says for the generator stands in it as it was written.</summary>
public sealed partial class ServiceAttributeTests
{
    [RpcService<Json>("shop")]
    private interface IShop
    {
        [RpcMethod("shop.all")]
        void All();

        [RpcMethod(Idempotent = true)]
        void Clear();
    }

    [Fact]
    public void Service_and_method_carry_their_names()
    {
        Assert.Equal("shop", typeof(IShop).GetCustomAttribute<RpcServiceAttribute<Json>>()?.Name);
        Assert.True(typeof(IShop).GetMethod(nameof(IShop.All))?.GetCustomAttribute<RpcMethodAttribute>() is { Name: "shop.all", Idempotent: false });
        Assert.True(typeof(IShop).GetMethod(nameof(IShop.Clear))?.GetCustomAttribute<RpcMethodAttribute>() is { Name: null, Idempotent: true });
    }

    [JsonSerializable(typeof(int))]
    private sealed partial class Json : JsonSerializerContext;
}
