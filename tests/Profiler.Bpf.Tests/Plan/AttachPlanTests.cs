using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Tests.Plan;

/// <summary>What a kernel offers, and what the plan makes of it.</summary>
public sealed class AttachPlanTests
{
    /// <summary>An offer written down as lists: functions, those with prototypes, tracepoints, structs, modules.</summary>
    private sealed record Offer(
        string[] Functions, string[] Prototypes, string[] Tracepoints, string[] Structs, string[] Modules) : IKernelOffer
    {
        public string? NoKprobes { get; init; }

        public bool HasFunction(string name, string? module) => Functions.Contains(name);

        public ulong? AddressOf(string name, string? module) => name == "vfio_iommu_type1_detach_group" && module == "vfio_iommu_type1" ? 0xffffffffc0000000 : null;

        public bool HasPrototype(string name, string? module) => Prototypes.Contains(name);

        public bool HasTracepoint(string name) => Tracepoints.Contains(name);

        public bool HasStruct(string name, string? module) => Structs.Contains(name);

        public bool FewReturns { get; init; }

        public bool IsPreemptible { get; init; }

        public bool IsLoaded(string module) => Modules.Contains(module);
    }

    private static readonly string[] All = [.. Probes.Asked.Except(["vfio_pci_release", "vfio_pci_ioctl"]).Where(f => !f.Contains('.'))];

    private static readonly Offer Everything = new(
        All, All, ["contention_begin", "signal_generate", "sched_process_fork", "sched_process_exec", "module_load"], ["vfio_device_set", "vfio_device_file"],
        ["vfio", "vfio_pci"]);

    [Fact]
    public void Where_all_is_there_locks_are_tracepoints_and_what_is_called_seldom_are_kprobes()
    {
        AttachPlan plan = AttachPlan.Create(Everything, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.True(plan.Complete);
        Assert.All(plan.Probes, p => Assert.True(p.Possible));
        Assert.Equal(AttachKind.Tracepoint, Kind(plan, "lock"));
        Assert.All(plan.Probes.Where(p => p.Probe.Object is "release" or "reset"), p => Assert.Equal(AttachKind.Kprobe, p.Kind));
    }

    [Fact]
    public void A_function_of_a_module_has_its_address_there()
    {
        AttachPlan plan = AttachPlan.Create(Everything, AttachChoice.Kprobe, LockProbeChoice.Auto);
        Assert.Equal(0xffffffffc0000000, plan.Probes.Single(p => p.Probe.Name == "iommu_type1").Address);
    }

    [Theory]
    [InlineData(LockProbeChoice.Entry)]
    [InlineData(LockProbeChoice.SlowPath)]
    public void Functions_that_everybody_calls_are_fentry(LockProbeChoice choice) =>
        Assert.Equal(AttachKind.Fentry, Lock(Everything, choice).Kind);

    [Fact]
    public void Fentry_asked_for_is_fentry_throughout() => Assert.All(
        AttachPlan.Create(Everything, AttachChoice.Fentry, LockProbeChoice.Entry).Probes
            .Where(p => p.Probe.Object is not ("teardown" or "modules") && p.Probe != Probes.Exec),
        p => Assert.Equal(AttachKind.Fentry, p.Kind));

    [Fact]
    public void A_probe_whose_module_is_not_loaded_waits_for_it_by_name()
    {
        Offer fresh = Everything with
        {
            Functions = [.. All.Where(f => !f.StartsWith("vfio", StringComparison.Ordinal))],
            Structs = [],
            Modules = [],
        };
        PlannedProbe release = AttachPlan.Create(fresh, AttachChoice.Auto, LockProbeChoice.Auto).Probes[0];
        Assert.True(release.Waiting);
        Assert.Equal("vfio", release.Probe.Module);
        Assert.Contains("vfio", release.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<string> Ways => ["open", "bind"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_kernel_that_has_only_the_other_way_to_open_devices_does_not_lack_the_probe(string name)
    {
        Probe probe = Probes.All.Single(p => p.Name == name);
        Offer without = Everything with { Functions = [.. All.Except([probe.OnlyWith!, probe.Symbol])] };
        Assert.DoesNotContain(Plan(without), p => p.Probe == probe);
        // One that has it lacks the probe if the function has another name; and with VFIO not loaded yet, nobody knows.
        Offer renamed = Everything with { Functions = [.. All.Except([probe.Symbol])] };
        Assert.Contains(probe.Symbol, Plan(renamed).Single(p => p.Probe == probe).Reason, StringComparison.Ordinal);
        Assert.True(Plan(without with { Modules = [] }).Single(p => p.Probe == probe).Waiting);

        static IReadOnlyList<PlannedProbe> Plan(Offer offer) => AttachPlan.Create(offer, AttachChoice.Auto, LockProbeChoice.Auto).Probes;
    }

    [Fact]
    public void A_kernel_without_a_step_of_newer_resets_does_not_lack_the_probe()
    {
        Offer older = Everything with { Functions = [.. All.Except(["pci_d3cold_reset", "pci_dev_reset_iommu_prepare"])] };
        AttachPlan plan = AttachPlan.Create(older, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.All(plan.Probes, p => Assert.True(p.Possible));
        Assert.Equal(
            ["reset_acpi", "reset_cxl_bus", "reset_iommu_restore"],
            plan.Probes.Select(p => p.Probe).Where(Probes.NewerResets.Contains).Select(p => p.Name));
    }

    [Fact]
    public void Before_there_were_dev_sets_it_is_the_older_function()
    {
        Offer older = Everything with { Functions = [.. All.Except([Probes.MakesDevSets]), "vfio_pci_release", "vfio_pci_ioctl"], Prototypes = [], Structs = [] };
        AttachPlan plan = AttachPlan.Create(older, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.Equal("vfio_pci_release", plan.Probes[0].Probe.Symbol);
        Assert.Equal("vfio_pci_ioctl", plan.Probes.Single(p => p.Probe.Name == "user_reset").Probe.Symbol);
    }

    [Fact]
    public void A_newer_kernel_whose_modules_have_no_types_is_not_taken_for_an_older_one()
    {
        AttachPlan plan = AttachPlan.Create(Everything with { Structs = [] }, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.False(plan.Complete);
        Assert.Equal((false, false, "module vfio has no type information (CONFIG_DEBUG_INFO_BTF_MODULES)"),
            (plan.Probes[0].Possible, plan.Probes[0].Waiting, plan.Probes[0].Reason));
        // So have device nodes, which came later.
        PlannedProbe[] alike = [.. plan.Probes.Where(p => p.Probe == Probes.Bind || p.Probe == Probes.UserReset)];
        Assert.Equal(2, alike.Length);
        Assert.All(alike, p => Assert.Equal(plan.Probes[0].Reason, p.Reason));
        Assert.All(plan.Probes.Skip(1).Except(alike), p => Assert.True(p.Possible));
    }

    [Fact]
    public void Where_return_probes_see_few_calls_fexit_sees_all_of_them()
    {
        AttachPlan plan = AttachPlan.Create(Everything with { FewReturns = true }, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.All(plan.Probes.Where(p => p.Probe.Object is "release" or "reset"), p => Assert.Equal(AttachKind.Fentry, p.Kind));
        // What has no return to watch is better off as it was; and without types there is no choice.
        AttachPlan preemptible = AttachPlan.Create(
            Everything with { FewReturns = true, IsPreemptible = true }, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.Equal(AttachKind.Kprobe, Kind(preemptible, "exits"));
        Assert.Equal(AttachKind.Kprobe, Kind(preemptible, "files"));
        AttachPlan untyped = AttachPlan.Create(
            Everything with { FewReturns = true, Prototypes = [] }, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.Equal(AttachKind.Kprobe, Kind(untyped, "release"));
    }

    [Fact]
    public void What_each_ending_process_calls_is_fentry_unless_that_may_be_skipped()
    {
        AttachPlan plan = AttachPlan.Create(Everything, AttachChoice.Auto, LockProbeChoice.Auto);
        AttachPlan preemptible = AttachPlan.Create(Everything with { IsPreemptible = true }, AttachChoice.Auto, LockProbeChoice.Auto);
        AttachPlan untyped = AttachPlan.Create(Everything with { Prototypes = [] }, AttachChoice.Auto, LockProbeChoice.Auto);
        string[] probes = ["exits", "reaped", "memory", "files"];
        Assert.All(probes, probe => Assert.Equal(
            (AttachKind.Fentry, AttachKind.Kprobe, AttachKind.Kprobe), (Kind(plan, probe), Kind(preemptible, probe), Kind(untyped, probe))));
        Assert.Equal(AttachKind.Kprobe, Kind(plan, "kvm_vm"));
    }

    [Fact]
    public void Without_type_information_it_is_kprobes()
    {
        AttachPlan plan = AttachPlan.Create(Everything with { Prototypes = [] }, AttachChoice.Auto, LockProbeChoice.Entry);
        Assert.True(plan.Complete);
        Assert.Equal(AttachKind.Kprobe, Kind(plan, "lock"));
    }

    [Fact]
    public void Without_contention_tracepoints_it_is_the_slow_path_and_without_that_the_entry()
    {
        Offer older = Everything with { Tracepoints = ["signal_generate", "sched_process_fork", "sched_process_exec", "module_load"] };
        Assert.Equal("__mutex_lock_slowpath", Lock(older, LockProbeChoice.Auto).Probe.Symbol);
        Offer inlined = older with { Functions = [.. All.Except(["__mutex_lock_slowpath"])] };
        Assert.Equal("mutex_lock", Lock(inlined, LockProbeChoice.Auto).Probe.Symbol);
    }

    [Theory]
    [InlineData(LockProbeChoice.Entry, true)]
    [InlineData(LockProbeChoice.SlowPath, true)]
    [InlineData(LockProbeChoice.Tracepoint, false)]
    [InlineData(LockProbeChoice.Auto, false)]
    public void Rw_semaphores_have_probes_of_their_own_unless_tracepoints_tell_of_them(LockProbeChoice choice, bool own) =>
        Assert.Equal(
            own ? [AttachKind.Fentry, AttachKind.Fentry] : [],
            AttachPlan.Create(Everything, AttachChoice.Auto, choice).Probes.Where(p => p.Probe.Name.StartsWith("rwsem_", StringComparison.Ordinal)).Select(p => p.Kind!.Value));

    [Theory]
    [InlineData(LockProbeChoice.Entry, "mutex_lock")]
    [InlineData(LockProbeChoice.SlowPath, "__mutex_lock_slowpath")]
    [InlineData(LockProbeChoice.Tracepoint, "contention_begin")]
    public void A_lock_probe_asked_for_is_what_one_gets(LockProbeChoice choice, string symbol) =>
        Assert.Equal(symbol, Lock(Everything, choice).Probe.Symbol);

    [Fact]
    public void What_is_asked_for_and_not_to_be_had_is_not_replaced()
    {
        AttachPlan plan = AttachPlan.Create(Everything with { Prototypes = [] }, AttachChoice.Fentry, LockProbeChoice.Auto);
        Assert.False(plan.Complete);
        Assert.Contains("BTF", plan.Probes.Single(p => p.Probe.Name == "release").Reason, StringComparison.Ordinal);
        Assert.False(Lock(Everything with { Tracepoints = [] }, LockProbeChoice.Tracepoint).Possible);
    }

    [Fact]
    public void Without_kprobes_it_is_fentry_where_that_can_be()
    {
        Offer without = Everything with { NoKprobes = "kprobes are switched off" };
        Assert.Equal(AttachKind.Fentry, Kind(AttachPlan.Create(without, AttachChoice.Auto, LockProbeChoice.Auto), "release"));
        PlannedProbe forced = AttachPlan.Create(without, AttachChoice.Kprobe, LockProbeChoice.Auto).Probes[0];
        Assert.Equal((false, "kprobes are switched off"), (forced.Possible, forced.Reason));
    }

    [Fact]
    public void A_missing_function_costs_that_probe_and_is_named()
    {
        AttachPlan plan = AttachPlan.Create(
            Everything with { Functions = [.. All.Except(["pci_pm_reset"])] }, AttachChoice.Auto, LockProbeChoice.Auto);
        Assert.True(plan.Complete);
        PlannedProbe missing = Assert.Single(plan.Probes, p => !p.Possible);
        Assert.Contains("pci_pm_reset", missing.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_function_that_the_compiler_split_the_rest_is_watched()
    {
        const string Rest = "pci_bridge_wait_for_secondary_bus.part.0";
        PlannedProbe wait = AttachPlan.Create(
            Everything with { Functions = [.. All, Rest] }, AttachChoice.Auto, LockProbeChoice.Auto).Probes.Single(p => p.Probe.Name == "reset_bridge_wait");
        Assert.Equal((Rest, AttachKind.Kprobe), (wait.Probe.Symbol, wait.Kind));
    }

    [Fact]
    public void A_function_whose_arguments_the_compiler_changed_is_watched_by_its_other_name()
    {
        const string Changed = "vfio_sync_unpin.isra.0", Name = "vfio_sync_unpin";
        PlannedProbe Plan(params string[] functions) => AttachPlan.Create(
            Everything with { Functions = functions }, AttachChoice.Auto, LockProbeChoice.Auto).Probes.Single(p => p.Probe.Name == "unpin_type1");
        PlannedProbe unpin = Plan([.. All.Except([Name]), Changed]);
        Assert.Equal((Changed, AttachKind.Kprobe), (unpin.Probe.Symbol, unpin.Kind));
        Assert.Equal(Name, Plan(All).Probe.Symbol);
        // Neither: it is inlined, and what is unpinned is not known. Nothing else is missing.
        PlannedProbe none = Plan([.. All.Except([Name])]);
        Assert.Equal((false, false), (none.Possible, none.Probe.Essential));
    }

    [Theory]
    [InlineData("core_dump", "do_coredump", "vfs_coredump")]
    [InlineData("core_dump", "vfs_coredump", "do_coredump")]
    public void Of_a_function_that_was_renamed_the_one_that_is_there_is_watched(string probe, string symbol, string missing)
    {
        PlannedProbe planned = AttachPlan.Create(
            Everything with { Functions = [.. All.Except([missing])] }, AttachChoice.Auto, LockProbeChoice.Auto).Probes.Single(p => p.Probe.Name == probe);
        Assert.Equal((symbol, true), (planned.Probe.Symbol, planned.Possible));
    }

    [Fact]
    public void What_begins_in_one_function_and_ends_in_another_needs_both() => Assert.Contains("exit_thread", AttachPlan.Create(
        Everything with { Functions = [.. All.Except(["exit_thread"])] }, AttachChoice.Auto, LockProbeChoice.Auto)
        .Probes.Single(p => p.Probe.Name == "files").Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("vfio_device_fops_release")]
    [InlineData("pci_reset_secondary_bus")]
    public void Without_one_of_the_three_that_matter_the_plan_is_not_complete(string symbol) => Assert.False(AttachPlan.Create(
        Everything with { Functions = [.. All.Except([symbol])] }, AttachChoice.Auto, LockProbeChoice.Auto).Complete);

    private static AttachKind? Kind(AttachPlan plan, string name) => plan.Probes.Single(p => p.Probe.Name == name).Kind;

    private static PlannedProbe Lock(IKernelOffer kernel, LockProbeChoice choice) =>
        AttachPlan.Create(kernel, AttachChoice.Auto, choice).Probes.Single(p => p.Probe.Name == "lock");
}
