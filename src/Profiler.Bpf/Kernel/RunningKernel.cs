using System.Diagnostics;
using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Kernel;

/// <summary>Features of the running kernel. A snapshot: modules may be loaded or unloaded later.</summary>
public sealed class RunningKernel : IKernelOffer, IDisposable
{
    private readonly ILookup<string, KernelSymbol> _functions;
    private readonly TypeInformation _types;

    private RunningKernel(ILookup<string, KernelSymbol> functions, TypeInformation types) =>
        (_functions, _types) = (functions, types);

    /// <summary>Checks the kernel for everything in <see cref="Probes"/>.</summary>
    /// <exception cref="BpfException">The kernel has no BTF, which is required to load the programs.</exception>
    public static RunningKernel Ask()
    {
        using Activity? typesStep = StartSteps.Begin("type information of the kernel");
        TypeInformation types = TypeInformation.Load() ?? throw new BpfException(
            "this kernel has no type information (/sys/kernel/btf/vmlinux): boot one with CONFIG_DEBUG_INFO_BTF=y");
        typesStep?.Dispose();
        using Activity? symbols = StartSteps.Begin("kernel symbols");
        return new RunningKernel(KernelSymbols.Find(Probes.Asked.ToHashSet()), types);
    }

    // A driver that is usually a module may be built in.
    public bool HasFunction(string name, string? module) =>
        _functions[name].Any(s => s.Module is null || s.Module == module);

    public string? NoKprobes { get; } =
        !Directory.Exists("/sys/bus/event_source/devices/kprobe") ? "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)"
        : TracingSwitches.KprobesPath is { } path && TracingSwitches.IsOff(path) ? "kprobes are switched off: echo 1 >/sys/kernel/debug/kprobes/enabled"
        : null;

    public bool FewReturns => Tracefs.Root is null;

    public bool IsLoaded(string module) => Directory.Exists($"/sys/module/{module}");

    public bool HasStruct(string name, string? module) => _types.HasStruct(name, module);

    public bool HasPrototype(string name, string? module) => _types.HasFunction(name, module);

    public bool HasTracepoint(string name) => _types.HasTracepoint(name);

    public void Dispose() => _types.Dispose();
}
