using System.Diagnostics;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Kernel;

/// <summary>BTF of the kernel and its modules: the functions and tracepoints with known prototypes.</summary>
public sealed class TypeInformation : IDisposable
{
    private const uint BTF_KIND_STRUCT = 4, BTF_KIND_TYPEDEF = 8, BTF_KIND_FUNC = 12;

    private readonly BtfHandle _kernel;
    private readonly Dictionary<string, BtfHandle> _modules = [];

    private TypeInformation(BtfHandle kernel) => _kernel = kernel;

    /// <summary>BTF of the running kernel; null if it has none (CONFIG_DEBUG_INFO_BTF is off).</summary>
    public static TypeInformation? Load()
    {
        var kernel = new BtfHandle(LibBpf.btf__load_vmlinux_btf());
        if (!kernel.IsInvalid)
            return new TypeInformation(kernel);
        kernel.Dispose();
        return null;
    }

    /// <summary>Whether this function's prototype is known, as fentry and fexit require.</summary>
    public bool HasFunction(string name, string? module) => Has(BTF_KIND_FUNC, name, module);

    /// <summary>Whether the layout of this struct is known.</summary>
    public bool HasStruct(string name, string? module) => Has(BTF_KIND_STRUCT, name, module);

    /// <summary>Whether the kernel has this tracepoint. (Each tracepoint has a typedef <c>btf_trace_NAME</c>.)</summary>
    public bool HasTracepoint(string name) =>
        LibBpf.btf__find_by_name_kind(_kernel, "btf_trace_" + name, BTF_KIND_TYPEDEF) > 0;

    public void Dispose()
    {
        foreach (BtfHandle module in _modules.Values)
            module.Dispose();
        _kernel.Dispose();
    }

    // A module's BTF includes the kernel's, so this also finds a built-in driver.
    private bool Has(uint kind, string name, string? module)
    {
        BtfHandle btf = module is null ? _kernel : Module(module);
        return LibBpf.btf__find_by_name_kind(btf.IsInvalid ? _kernel : btf, name, kind) > 0;
    }

    private BtfHandle Module(string name)
    {
        if (!_modules.TryGetValue(name, out BtfHandle? btf))
        {
            using Activity? step = StartSteps.Begin($"type information of {name}");
            _modules[name] = btf = new BtfHandle(
                File.Exists($"/sys/kernel/btf/{name}") ? LibBpf.btf__load_module_btf(name, _kernel) : 0);
        }
        return btf;
    }
}
