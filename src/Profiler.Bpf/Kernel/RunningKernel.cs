using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Kernel;

/// <summary>Features of the running kernel. A snapshot: modules may be loaded or unloaded later.</summary>
public sealed class RunningKernel : IKernelOffer
{
    private static KernelReading? _begun;

    private readonly KernelReading _reading;

    private RunningKernel(KernelReading reading) => _reading = reading;

    /// <summary>Begins to read what <see cref="Ask"/> needs, for a program that has something to do before it asks.</summary>
    public static void BeginAsking() => Volatile.Write(ref _begun, new KernelReading());

    /// <summary>Checks the kernel for everything in <see cref="Probes"/>. The first question waits until it is read.</summary>
    public static RunningKernel Ask() =>
        new(Interlocked.Exchange(ref _begun, null) is { IsCurrent: true } begun ? begun : new KernelReading());

    /// <exception cref="BpfException">The kernel has no BTF, which is required to load the programs.</exception>
    internal TypeInformation Types => _reading.Types;

    /// <summary>The modules with probes to which these answers belong.</summary>
    internal ModuleStates Modules => _reading.Modules;

    /// <inheritdoc cref="KernelReading.IsCurrent"/>
    internal bool IsCurrent => _reading.IsCurrent;

    // A driver that is usually a module may be built in.
    public bool HasFunction(string name, string? module) =>
        _reading.Functions[name].Any(s => s.Module is null || s.Module == module);

    public ulong? AddressOf(string name, string? module) =>
        _reading.Functions[name].ToArray() is [{ Address: > 0 } only] && (only.Module is null || only.Module == module) ? only.Address : null;

    public string? NoKprobes { get; } =
        !Directory.Exists("/sys/bus/event_source/devices/kprobe") ? "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)"
        : TracingSwitches.KprobesPath is { } path && TracingSwitches.IsOff(path) ? "kprobes are switched off: echo 1 >/sys/kernel/debug/kprobes/enabled"
        : null;

    public bool FewReturns => Tracefs.Root is null;

    public bool IsPreemptible => HasFunction(Probes.Preempts, null) && !PreemptionMode.IsVoluntary();

    public bool IsLoaded(string module) => Directory.Exists($"/sys/module/{module}");

    public bool HasStruct(string name, string? module) => Types.HasStruct(name, module);

    public bool HasPrototype(string name, string? module) => Types.HasFunction(name, module);

    public bool HasTracepoint(string name) => Types.HasTracepoint(name);
}
