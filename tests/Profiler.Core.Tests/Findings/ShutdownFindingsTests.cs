using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Findings;

/// <summary>Each finding about a shutdown where it must appear, and where it must not.</summary>
public sealed class ShutdownFindingsTests
{
    // A VM with one device, ended by SIGTERM; its reset took a second and worked.
    private const string Plain = """
        0.0 50/50   libvirtd signal 15 to 100/100 qemu
        0.1 100/100 qemu exits
        0.2 100/100 qemu release begin 0000:01:00.0 lock a1 exiting
        0.3 100/100 qemu reset begin function 0000:01:00.0
        0.4 100/100 qemu reset begin secondarybus 0000:00:01.0
        1.2 100/100 qemu reset end secondarybus
        1.3 100/100 qemu reset end function 0
        1.4 100/100 qemu release end
        1.5 1/1     init reaped of 100/100 qemu
        """;

    [Fact]
    public void A_quick_shutdown_has_no_finding() => Assert.Empty(For(Plain));

    [Theory]
    [InlineData("bus flr", true)]
    [InlineData("flr bus", true)]
    [InlineData("bus", false)]
    [InlineData("", false)]
    public void A_bus_reset_although_a_faster_method_is_offered(string offered, bool found) =>
        Found("faster_reset_offered", found, For(Plain, Device("0000:01:00.0", offered)));

    [Fact]
    public void Not_if_the_faster_one_was_tried() => Found("faster_reset_offered", false, For(
        Plain.Replace("0.4 100/100", "0.35 100/100 qemu reset begin flr 0000:01:00.0\n0.36 100/100 qemu reset end flr -25\n0.4 100/100", StringComparison.Ordinal),
        Device("0000:01:00.0", "flr bus")));

    [Theory]
    [InlineData("flr bus", "if it times out each time, leave it out: echo bus > /sys/bus/pci/devices/0000:01:00.0/reset_method")]
    [InlineData("device_specific flr bus", "if it times out each time, leave it out: echo \"device_specific bus\" > /sys/bus/pci/devices/0000:01:00.0/reset_method")]
    [InlineData("flr", "search the kernel log for \"not ready\"; reset methods are chosen in reset_method of the device (5.15 and later)")]
    public void A_method_that_timed_out_before_another_one_worked(string offered, string remedy)
    {
        Finding finding = Assert.Single(For(AfterFlr, Device("0000:01:00.0", offered)), f => f.Id == "reset_fell_back");
        Assert.Equal("1 device (0000:01:00.0): flr timed out, which took 90.0 ms, before bus worked", finding.Text);
        Assert.Equal((0.09, remedy), (finding.Seconds, finding.Remedy));
    }

    [Fact]
    public void A_method_that_declined_at_once_is_none() => Found("reset_fell_back", false, For(
        Plain.Replace("0.4 100/100", "0.35 100/100 qemu reset begin pm 0000:01:00.0\n0.35 100/100 qemu reset end pm -25\n0.4 100/100", StringComparison.Ordinal)));

    [Fact]
    public void Nor_is_one_after_which_nothing_worked() =>
        Found("reset_fell_back", false, For(AfterFlr.Replace("end function 0", "end function -25", StringComparison.Ordinal)));

    [Fact]
    public void Not_if_the_bus_reset_was_quick() => Found("faster_reset_offered", false, For(
        Plain.Replace("1.2", "0.41", StringComparison.Ordinal).Replace("1.3", "0.42", StringComparison.Ordinal), Device("0000:01:00.0", "flr bus")));

    [Fact]
    public void A_reset_that_timed_out() =>
        Found("reset_timed_out", true, For(Plain.Replace("end function 0", "end function -25", StringComparison.Ordinal)));

    [Fact]
    public void A_release_without_a_reset_although_a_method_exists() => Found("reset_skipped", true, For(WithoutReset, Device("0000:01:00.0", "bus")));

    [Fact]
    public void A_reset_that_was_skipped_because_a_lock_was_taken() => Found("reset_skipped", true, For(
        Plain.Replace("end function 0", "end function -11", StringComparison.Ordinal)));

    /// <summary>Then the kernel wanted to reset it, whether or not it lists the methods.</summary>
    [Fact]
    public void A_reset_that_was_left_out_because_a_lock_was_taken_says_by_whom()
    {
        string events = WithoutReset.Replace("release end", "tried 0000:00:08.0 holder 70/70 bash\n1.3 100/100 qemu release end", StringComparison.Ordinal);
        Finding finding = Single("reset_skipped", For(events));
        Assert.EndsWith("bash (pid 70) held the lock of 0000:00:08.0", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Not_of_a_device_that_cannot_be_reset() => Assert.Empty(For(WithoutReset, Device("0000:01:00.0", "")));

    [Fact]
    public void Not_where_the_kernel_does_not_list_the_methods() => Assert.Empty(For(WithoutReset));

    [Fact]
    public void Unpinning_that_takes_most_of_the_time() => Found("unpin_dominates", true, For(Unpinning("3.0", "3.1")));

    [Fact]
    public void Not_if_it_is_short() => Found("unpin_dominates", false, For(Unpinning("1.42", "1.5")));

    [Fact]
    public void A_device_that_was_not_released_and_who_has_it_open()
    {
        string events = "0.0 100/100 qemu open begin 0000:02:00.0\n0.0 100/100 qemu open end 20\n" + Plain;
        Finding nobody = Single("device_not_released", For(events));
        Assert.Contains("no process was found", nobody.Text, StringComparison.Ordinal);
        Finding somebody = Single("device_not_released", For(
            events, new DeviceStillHeld("0000:02:00.0", [new DeviceHolder(7, "sleep", Certain: true)])));
        Assert.Contains("still open in sleep (pid 7)", somebody.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_compared_with_libvirts_limits()
    {
        Finding finding = Single("libvirt_limits", For(Plain, new ProcessIdentity(100, "gpu-a")));
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("the shutdown took 1.500 s from SIGTERM, 8.500 s less than the 10 s after which libvirt sends SIGKILL", finding.Text, StringComparison.Ordinal);
        // 0.3 s and 1.2 s for each: past 10 s with the ninth. Below 2 s for each it never fails.
        Assert.Contains("libvirt sends SIGKILL with 9 devices or more and never gives up (it allows 2 s per device)", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15, "longer than the 10 s after which libvirt sends SIGKILL", Severity.Warning)]
    [InlineData(50, "longer than the 42 s after which libvirt gives up (1 device)", Severity.Warning)]
    public void A_VM_that_exceeds_a_limit(int seconds, string words, Severity severity)
    {
        string slow = Plain
            .Replace("1.2", $"{seconds}.2", StringComparison.Ordinal).Replace("1.3", $"{seconds}.3", StringComparison.Ordinal)
            .Replace("1.4", $"{seconds}.4", StringComparison.Ordinal).Replace("1.5", $"{seconds}.5", StringComparison.Ordinal);
        Finding finding = Single("libvirt_limits", For(slow, new ProcessIdentity(100, "gpu-a")));
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
        Assert.Equal(severity, finding.Severity);
        Assert.Contains("gives up with", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_lone_SIGKILL_libvirt_waits_half_a_minute_and_2_s_for_each_device()
    {
        Finding finding = Single("libvirt_limits", For(Plain.Replace("signal 15", "signal 9", StringComparison.Ordinal), new ProcessIdentity(100, "gpu-a")));
        Assert.Contains("from SIGKILL, 30.500 s less than the 32 s after which libvirt gives up", finding.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sends SIGKILL", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void In_parallel_each_device_counts_with_its_share()
    {
        string second = Plain.Replace("1.4 100/100", "1.4 100/101 qemu release end\n1.4 100/100", StringComparison.Ordinal)
            .Replace("0.3 100/100", "0.2 100/101 qemu release begin 0000:02:00.0 lock a2 exiting\n0.3 100/100", StringComparison.Ordinal);
        Finding finding = Single("libvirt_limits", For(second, new ProcessIdentity(100, "gpu-a")));
        // 0.3 s and 0.6 s for each.
        Assert.Contains("sends SIGKILL with 17 devices or more", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubernetes", "28.500 s less than the 30 s after which Kubernetes sends SIGKILL if terminationGracePeriodSeconds is not set")]
    [InlineData("kata", "28.500 s less than the 30 s after which Kubernetes sends SIGKILL if terminationGracePeriodSeconds is not set")]
    [InlineData("systemd", "88.500 s less than the 90 s after which systemd sends SIGKILL if TimeoutStopSec is not set")]
    [InlineData("proxmox", "8.500 s less than the 10 s after which Proxmox sends SIGKILL")]
    public void A_process_compared_with_the_limit_of_its_manager(string manager, string words)
    {
        Finding finding = Single("stop_limit", For(Plain, new ProcessIdentity(100, "gpu-a", manager)));
        Assert.Equal((Severity.Info, 0), (finding.Severity, finding.CostNs));
        Assert.Contains($"the shutdown took 1.500 s from SIGTERM, {words}", finding.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("; with", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_exceeds_it_has_a_longer_one_advised()
    {
        string slow = Plain.Replace("1.2", "36.2", StringComparison.Ordinal).Replace("1.3", "36.3", StringComparison.Ordinal)
            .Replace("1.4", "36.4", StringComparison.Ordinal).Replace("1.5", "36.5", StringComparison.Ordinal);
        Finding finding = Single("stop_limit", For(slow, new ProcessIdentity(100, "ns/pod", "kubernetes")));
        Assert.Equal((Severity.Warning, 6_500_000_000), (finding.Severity, finding.CostNs));
        Assert.Contains("6.500 s longer than the 30 s", finding.Text, StringComparison.Ordinal);
        // 36.2 s for the device and 0.3 s: past 30 s with the first; 36.5 s and a half.
        Assert.Contains("it is reached with 1 device or more; with 1 device set terminationGracePeriodSeconds to 55 s or more", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other", "signal 15")]
    [InlineData("kubernetes", "signal 9")] // nobody was asked to end before
    public void Not_where_no_limit_is_known(string manager, string signal) => Found(
        "stop_limit", false, For(Plain.Replace("signal 15", signal, StringComparison.Ordinal), new ProcessIdentity(100, "gpu-a", manager)));

    [Theory]
    [InlineData("signal 15", 1, "500 ms", "longer")]
    [InlineData("signal 9", 1, "500 ms", "longer")]
    [InlineData("signal 18", 1, "400 ms", "longer")] // it exits by itself
    [InlineData("signal 15", 45, "43.500 s", "less")]
    public void Any_process_compared_with_a_given_limit(string signal, int seconds, string by, string how)
    {
        Finding finding = ShutdownFindings.For(
            Assert.Single(Played.Shutdowns(Plain.Replace("signal 15", signal, StringComparison.Ordinal))), new StopLimit(TimeSpan.FromSeconds(seconds)))!;
        Assert.EndsWith($"{by} {how} than the limit of {seconds} s", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_finding_and_the_metric_are_the_same()
    {
        string slow = Plain.Replace("1.2", "3.2", StringComparison.Ordinal).Replace("1.3", "3.3", StringComparison.Ordinal)
            .Replace("1.4", "3.4", StringComparison.Ordinal).Replace("1.5", "3.5", StringComparison.Ordinal);
        Finding finding = Single("libvirt_limits", For(slow, new ProcessIdentity(100, "gpu-a")));
        Assert.Equal(finding.Numbers["failure_devices"], LibvirtProjection.FailureDevices(Assert.Single(Played.Shutdowns(slow))));
        Assert.Contains($"gives up with {finding.Numbers["failure_devices"]} devices or more", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_that_could_not_be_seen_is_not_called_skipped()
    {
        var facts = new HostFacts();
        facts.Add(Device("0000:01:00.0", "bus"));
        ImmutableArray<Finding> Under(Evidence evidence, long attachedNs) => ShutdownFindings.For(
            Assert.Single(Played.Shutdowns(WithoutReset, attachedNs: attachedNs)), facts, evidence);
        Found("reset_skipped", true, Under(Evidence.Complete, 0));
        Found("reset_skipped", false, Under(new Evidence(Releases: true, Resets: false), 0));
        Found("reset_skipped", false, Under(Evidence.Complete, attachedNs: 250_000_000));
    }

    [Fact]
    public void The_costliest_comes_first_with_its_data()
    {
        string events = Unpinning("9.0", "9.1").Replace("end function 0", "end function -25", StringComparison.Ordinal);
        ImmutableArray<Finding> findings = For(events);
        Assert.Equal(["unpin_dominates", "reset_timed_out"], findings.Select(f => f.Id));
        Assert.Equal((7_590_000_000, 1_000_000_000), (findings[0].CostNs, findings[1].CostNs));
        Assert.Equal("0000:01:00.0", Assert.Single(findings[1].Devices));
        Assert.Contains("(ENOTTY)", findings[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Seconds_count_however_small_their_share_is() => Found("unpin_dominates", true, For(
        Plain.Replace("1.2", "101.2", StringComparison.Ordinal).Replace("1.3", "101.3", StringComparison.Ordinal).Replace("1.4", "101.4", StringComparison.Ordinal)
            .Replace("1.5 1/1", "101.41 100/100 qemu teardown begin iommu\n126.0 100/100 qemu teardown end iommu\n126.1 1/1", StringComparison.Ordinal)));

    [Fact]
    public void A_VM_that_exits_by_itself_has_no_limits() => Found("libvirt_limits", false, For(
        string.Join('\n', Plain.Split('\n').Skip(1)), new ProcessIdentity(100, "gpu-a")));

    private static string AfterFlr => Plain.Replace(
        "0.4 100/100", "0.31 100/100 qemu reset begin flr 0000:01:00.0\n0.39 100/100 qemu reset end flr -25\n0.4 100/100", StringComparison.Ordinal);

    private static string WithoutReset => string.Join('\n', Plain.Split('\n').Where(l => !l.Contains("reset", StringComparison.Ordinal)));

    private static string Unpinning(string until, string end) => Plain.Replace(
        "1.5 1/1", $"1.41 100/100 qemu teardown begin iommu\n{until} 100/100 qemu teardown end iommu\n{end} 1/1", StringComparison.Ordinal);

    private static DeviceIdentity Device(string bdf, string methods) => new(
        bdf, "10de", "2330", null, null, "030200", 1, "vfio-pci", methods.Split(' ', StringSplitOptions.RemoveEmptyEntries), []);

    private static Finding Single(string id, ImmutableArray<Finding> findings) => Assert.Single(findings, f => f.Id == id);

    private static void Found(string id, bool expected, ImmutableArray<Finding> findings) => Assert.Equal(expected, findings.Any(f => f.Id == id));

    private static ImmutableArray<Finding> For(string events, params Fact[] given)
    {
        var facts = new HostFacts();
        foreach (Fact fact in given)
            facts.Add(fact);
        return ShutdownFindings.For(Assert.Single(Played.Shutdowns(events)), facts, Evidence.Complete);
    }
}
