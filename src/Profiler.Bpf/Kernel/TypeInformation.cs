using System.Diagnostics;
using Profiler.Linux;

namespace Profiler.Bpf.Kernel;

/// <summary>BTF of the kernel and its modules: the functions and tracepoints with known prototypes.</summary>
internal sealed class TypeInformation
{
    private readonly Btf _kernel;
    private readonly Dictionary<string, Btf?> _modules = [];

    private TypeInformation(Btf kernel) => _kernel = kernel;

    /// <summary>BTF of the running kernel.</summary>
    /// <exception cref="BpfException">It has none (CONFIG_DEBUG_INFO_BTF is off), or one that is not understood.</exception>
    public static TypeInformation Load()
    {
        using Activity? step = StartSteps.Begin("type information of the kernel");
        try
        {
            return new TypeInformation(Btf.Read("vmlinux") ?? throw new BpfException(
                "this kernel has no type information (/sys/kernel/btf/vmlinux): boot one with CONFIG_DEBUG_INFO_BTF=y"));
        }
        catch (InvalidDataException e)
        {
            throw new BpfException($"the kernel's type information (/sys/kernel/btf/vmlinux) is not understood: {e.Message}");
        }
    }

    /// <summary>Whether this function's prototype is known, as fentry and fexit require.</summary>
    public bool HasFunction(string name, string? module) => Has(Btf.BTF_KIND_FUNC, name, module);

    /// <summary>Whether the layout of this struct is known.</summary>
    public bool HasStruct(string name, string? module) => Has(Btf.BTF_KIND_STRUCT, name, module);

    /// <summary>Whether the kernel has this tracepoint. (Each tracepoint has a typedef <c>btf_trace_NAME</c>.)</summary>
    public bool HasTracepoint(string name) => Has(Btf.BTF_KIND_TYPEDEF, "btf_trace_" + name, null);

    /// <summary>A table of only these types, from the kernel or the modules that are watched; see <see cref="TypeExtract"/>.</summary>
    public byte[] Extract(IEnumerable<string> names)
    {
        using Activity? step = StartSteps.Begin("types of the programs");
        return TypeExtract.Of(names, _kernel, [.. KernelModules.All.Select(Module).OfType<Btf>()]);
    }

    // A driver that is usually a module may be built in.
    private bool Has(uint kind, string name, string? module) =>
        _kernel.Named(name).Any(t => t.Kind == kind) || (module is not null && Module(module)?.Named(name).Any(t => t.Kind == kind) is true);

    private Btf? Module(string name)
    {
        if (_modules.TryGetValue(name, out Btf? known))
            return known;
        try
        {
            return _modules[name] = Btf.Read(name, _kernel);
        }
        catch (InvalidDataException)
        {
            return _modules[name] = null;
        }
    }
}
