namespace Quickwater.Core;

/// <summary>Told when a rare state was reached, so that a simulation can prove that it reached it. Null in production.</summary>
public interface IMarks
{
    /// <summary>The state of that name was reached.</summary>
    void Hit(string mark);
}
