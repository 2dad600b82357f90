using System.Text.RegularExpressions;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

public sealed partial class ReasonsTests
{
    [Fact]
    public void Every_reason_has_a_row()
    {
        foreach (var reason in Enum.GetValues<Reason>())
        {
            var info = Quickwater.Core.Reasons.Describe(reason);
            Assert.Equal(info.Tag, reason.Tag());
            Assert.False(string.IsNullOrWhiteSpace(reason.Text()));
        }

        Assert.True(Quickwater.Core.Reasons.All.Count >= 15);
        Assert.Equal(Enum.GetValues<Reason>().Order(), Quickwater.Core.Reasons.All);
    }

    [Fact]
    public void Tags_are_unique_and_in_snake_case()
    {
        var tags = Quickwater.Core.Reasons.All.Select(reason => reason.Tag()).ToList();
        Assert.Equal(tags.Count, tags.Distinct(StringComparer.Ordinal).Count());
        Assert.All(tags, tag => Assert.Matches(SnakeCase(), tag));
    }

    [Fact]
    public void The_hundreds_are_the_fault_group()
    {
        Fault[] groups = [Fault.None, Fault.Peer, Fault.Limit, Fault.Transport, Fault.Policy, Fault.Local, Fault.Shutdown];
        Assert.All(
            Quickwater.Core.Reasons.All,
            reason => Assert.Equal(groups[(ushort)reason / 100], Quickwater.Core.Reasons.Describe(reason).Fault));
    }

    // Errors pass the budget of log lines, so that a fault of this program or machine is never left out.
    [Fact]
    [Requirement("MED-9.5/log-lines")]
    public void What_any_peer_can_bring_about_is_no_error() => Assert.All(
        Quickwater.Core.Reasons.All.Where(static reason =>
            Quickwater.Core.Reasons.Describe(reason).Fault is Fault.Peer or Fault.Limit or Fault.Policy || reason == Reason.TooManyOpenFiles),
        reason => Assert.NotEqual(Severity.Error, Quickwater.Core.Reasons.Describe(reason).Severity));

    [Fact]
    public void A_number_that_is_no_reason_is_a_local_fault() =>
        Assert.Equal(Reason.LocalFault.Tag(), ((Reason)999).Tag());

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();
}
