using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Findings;

/// <summary>A machine that starts is the victim, one that goes the culprit: only then.</summary>
public sealed class OpenFindingsTests
{
    private const string Victim = """
        1.0 300/300 qemu release begin 0000:07:00.0 lock c7
        1.2 400/400 qemu open begin 0000:07:00.1
        1.2 400/400 qemu wait begin lock c7 holder 300/300 qemu
        2.0 400/400 qemu wait end lock c7
        2.0 300/300 qemu release end
        2.1 400/400 qemu open end 9
        """;

    [Fact]
    public void It_names_both_and_the_time()
    {
        Finding finding = Assert.Single(For(Victim));
        Assert.Equal("open_delayed", finding.Id);
        Assert.Contains("gpu-b (pid 400) needed 900 ms to open 0000:07:00.1: for 800 ms of it gpu-a (pid 300) held the lock while releasing 0000:07:00.0", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_lock_is_known_by_its_holder() => Assert.Equal(LockKind.DevSet, Assert.Single(
        Operations(Victim).Single(o => o.Kind == OperationKind.Open).LockWaits).Kind);

    [Fact]
    public void Waiting_for_oneself_is_no_ones_fault_but_ones_own() =>
        Assert.Empty(For(Victim.Replace("400/400", "300/400", StringComparison.Ordinal)));

    [Fact]
    public void Nor_is_waiting_for_another_open() => Assert.Empty(For(Victim.Replace("release", "open", StringComparison.Ordinal)));

    [Fact]
    public void A_short_wait_is_not_reported() => Assert.Empty(For(Victim.Replace("1.2 400/400 qemu wait", "1.95 400/400 qemu wait", StringComparison.Ordinal)));

    [Fact]
    public void A_container_that_is_an_iommufd_is_told_without_a_cost()
    {
        Assert.DoesNotContain(For(Victim), f => f.Id == "iommufd_compat");
        Finding finding = Assert.Single(For(Victim.Replace("begin 0000:07:00.1", "begin 0000:07:00.1 compat", StringComparison.Ordinal)), f => f.Id == "iommufd_compat");
        Assert.Equal((0L, Severity.Info), (finding.CostNs, finding.Severity));
        Assert.Equal("0000:07:00.1", Assert.Single(finding.Devices));
        Assert.Contains("was not measured here", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Virtual_functions_would_not_wait_on_another_kernel()
    {
        Assert.Contains("another reset domain", Assert.Single(For(Victim)).Remedy, StringComparison.Ordinal);
        Assert.Contains("Separate SR-IOV VF dev_set", Assert.Single(For(Victim, Vf("0000:07:00.0"), Vf("0000:07:00.1"))).Remedy, StringComparison.Ordinal);
    }

    private static DeviceIdentity Vf(string bdf) =>
        new(bdf, "8086", "154c", null, null, "020000", 1, "vfio-pci", ["flr"], [], "0000:09:00.0");

    private static List<Operation> Operations(string events) =>
        [.. Played.Activities(EventText.Parse(events)).OfType<Operation>()];

    private static ImmutableArray<Finding> For(string events, params DeviceIdentity[] devices)
    {
        var facts = new HostFacts();
        foreach (DeviceIdentity device in devices)
            facts.Add(device);
        facts.Add(new ProcessIdentity(300, "gpu-a"));
        facts.Add(new ProcessIdentity(400, "gpu-b"));
        List<Operation> operations = Operations(events);
        return OpenFindings.For(operations.Where(o => o.Kind == OperationKind.Open), operations, facts);
    }
}
