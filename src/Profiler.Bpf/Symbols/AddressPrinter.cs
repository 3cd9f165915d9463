using System.Text;
using Profiler.Bpf.Native;
using Profiler.Bpf.Session;

namespace Profiler.Bpf.Symbols;

/// <summary>
/// Makes the kernel print the symbol name of an address (bpf/symbolize.bpf.c). This works whatever the value of kptr_restrict.
/// </summary>
internal sealed unsafe class AddressPrinter : IDisposable
{
    private readonly EmbeddedObject _object;
    private readonly int _question;

    private AddressPrinter(EmbeddedObject loaded)
    {
        _object = loaded;
        _question = loaded.Maps().Single(m => m.Name == "question").Fd;
    }

    /// <summary>
    /// Null if this kernel does not support it (before 5.14: 79a7f8bdb159 "bpf: Introduce bpf_sys_bpf() helper and program
    /// type.").
    /// </summary>
    public static AddressPrinter? Load()
    {
        EmbeddedObject loaded = EmbeddedObject.Open("symbolize", types: null);
        if (loaded.Want("symbolize", null) == 0 && loaded.Load() == 0)
            return new AddressPrinter(loaded);
        loaded.Dispose();
        return null;
    }

    /// <summary>"pci_dev_wait+0x4c/0x1f0 [module]"; null if the kernel returns no name.</summary>
    public string? Print(ulong address)
    {
        var question = new Question { address = address };
        uint zero = 0;
        var options = new BpfTestRunOptions { sz = (nuint)sizeof(BpfTestRunOptions) };
        if (LibBpf.bpf_map_update_elem(_question, &zero, &question, 0) != 0 ||
            LibBpf.bpf_prog_test_run_opts(LibBpf.bpf_program__fd(_object["symbolize"]), &options) != 0 ||
            options.retval != 0 ||
            LibBpf.bpf_map_lookup_elem(_question, &zero, &question) != 0)
            return null;
        ReadOnlySpan<byte> name = question.name;
        return Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    public void Dispose() => _object.Dispose();
}
