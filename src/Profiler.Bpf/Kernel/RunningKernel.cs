using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Kernel;

/// <summary>What the kernel we run on offers. A picture of one moment: modules come and go.</summary>
public sealed class RunningKernel : IKernelOffer, IDisposable
{
    private readonly IReadOnlyDictionary<string, KernelSymbol> _functions;
    private readonly TypeInformation _types;

    private RunningKernel(IReadOnlyDictionary<string, KernelSymbol> functions, TypeInformation types) =>
        (_functions, _types) = (functions, types);

    /// <summary>Asks the kernel about all that is in <see cref="Probes"/>.</summary>
    /// <exception cref="BpfException">The kernel has no BTF: without it our programs cannot be loaded.</exception>
    public static RunningKernel Ask()
    {
        TypeInformation types = TypeInformation.Load() ?? throw new BpfException(
            "this kernel has no type information (/sys/kernel/btf/vmlinux): boot one with CONFIG_DEBUG_INFO_BTF=y");
        Probe[] probes = [Probes.Release, Probes.Open, Probes.LockEntry, Probes.LockSlowPath, .. Probes.Reset];
        return new RunningKernel(KernelSymbols.Find(probes.Select(p => p.Symbol).ToHashSet()), types);
    }

    public bool HasFunction(string name, string? module) =>
        _functions.TryGetValue(name, out KernelSymbol? symbol) && symbol.Module == module;

    public bool HasPrototype(string name, string? module) => _types.HasFunction(name, module);

    public bool HasTracepoint(string name) => _types.HasTracepoint(name);

    public void Dispose() => _types.Dispose();
}
