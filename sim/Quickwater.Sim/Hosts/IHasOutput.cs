namespace Quickwater.Sim;

/// <summary>A session that can tell whether it would give something when it is pulled, so that a watch sees what nobody pulls.</summary>
public interface IHasOutput
{
    /// <summary>Whether it would give something now.</summary>
    bool HasOutput { get; }
}
