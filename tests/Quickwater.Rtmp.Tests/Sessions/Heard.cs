namespace Quickwater.Rtmp.Tests;

/// <summary>A message that a client received, and when.</summary>
internal sealed record Heard(TimeSpan At, RtmpMessageType Type, uint Time, uint Stream, byte[] Body)
{
    public bool IsMedia => Type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0;

    /// <summary>The name of a command or data message.</summary>
    public string Name => Values.Count > 0 ? Values[0].Text : "";

    public double Transaction => Values.Count > 1 ? Values[1].Number : 0;

    /// <summary>The code in an answer; empty if there is none.</summary>
    public string Code => Info["code"].Text;

    public string Level => Info["level"].Text;

    public string Description => Info["description"].Text;

    public AmfValue Info => Values.Count > 3 ? Values[3] : AmfValue.Undefined;

    private List<AmfValue> Values
    {
        get
        {
            var values = new List<AmfValue>();
            if (Type is RtmpMessageType.CommandAmf0 or RtmpMessageType.DataAmf0)
            {
                var reader = new Amf0Reader(Body, RtmpLimits.Default);
                while (AmfValue.TryRead(ref reader, out var value))
                {
                    values.Add(value);
                }
            }

            return values;
        }
    }

    /// <summary>What a viewer sees of it, for comparing in one go.</summary>
    public override string ToString() => Type switch
    {
        RtmpMessageType.Audio => $"A{Time} {Convert.ToHexString(Body.AsSpan(0, Math.Min(Body.Length, 3)))}",
        RtmpMessageType.Video => $"V{Time} {Convert.ToHexString(Body.AsSpan(0, Math.Min(Body.Length, 3)))}",
        RtmpMessageType.DataAmf0 => $"D{Time} {Name}",
        RtmpMessageType.UserControl => $"event {Body[1]} of {Body[5]}",
        RtmpMessageType.CommandAmf0 => $"{Name} {Code}",
        _ => Type.ToString(),
    };
}
