namespace Quickwater.Rtmp.Tests;

/// <summary>Bodies of messages as encoders send them.</summary>
internal static class Samples
{
    /// <summary>A decoder configuration whose NAL units have lengths of four bytes.</summary>
    public static byte[] AvcConfig { get; } =
    [
        0x17, 0, 0, 0, 0,
        1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 10, 0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x47, 0xFE, 0x88, 1, 0, 4, 0x68, 0xCE, 0x3C, 0x80,
    ];

    public static byte[] AacConfig { get; } = [0xAF, 0, 0x12, 0x10];

    public static byte[] Metadata { get; } = RawClient.Amf(
        AmfValue.Of("@setDataFrame"), AmfValue.Of("onMetaData"),
        AmfValue.EcmaArray(
            new AmfMember("videocodecid", AmfValue.Of(7)), new AmfMember("audiocodecid", AmfValue.Of(10)),
            new AmfMember("width", AmfValue.Of(640))));

    public static byte[] Key(int bytes = 500) => [0x17, 1, 0, 0, 0, .. Fill(bytes)];

    public static byte[] Inter(int bytes = 100) => [0x27, 1, 0, 0, 0, .. Fill(bytes)];

    public static byte[] Aac(int bytes = 50) => [0xAF, 1, .. Fill(bytes)];

    private static byte[] Fill(int bytes)
    {
        var body = new byte[bytes];
        new SeededEntropy((ulong)bytes).Fill(body);
        return body;
    }
}
