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
    }

    [Fact]
    public void Service_and_method_carry_their_names()
    {
        Assert.Equal("shop", typeof(IShop).GetCustomAttribute<RpcServiceAttribute<Json>>()?.Name);
        Assert.Equal("shop.all", typeof(IShop).GetMethod(nameof(IShop.All))?.GetCustomAttribute<RpcMethodAttribute>()?.Name);
    }

    [JsonSerializable(typeof(int))]
    private sealed partial class Json : JsonSerializerContext;
}
