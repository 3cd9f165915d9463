using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Tests.Kernel;

public sealed class KernelSymbolsTests
{
    private static readonly string List = string.Join('\n',
        "ffffffff9e2a1f40 T mutex_lock",
        "0000000000000000 t __mutex_lock_slowpath",
        "0000000000000000 t pci_bridge_wait_for_secondary_bus.part.0",
        "0000000000000000 D pci_dev_wait",
        "0000000000000000 t vfio_device_fops_release\t[vfio]",
        "");

    [Fact]
    public void Functions_are_found_with_their_module_whatever_the_addresses()
    {
        ILookup<string, KernelSymbol> found = Find("mutex_lock", "vfio_device_fops_release", "no_such_function");
        Assert.Equal(
            [new KernelSymbol("mutex_lock", null, 0xffffffff9e2a1f40), new KernelSymbol("vfio_device_fops_release", "vfio", 0)],
            found.SelectMany(s => s).OrderBy(s => s.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void A_suffix_or_a_variable_of_that_name_is_not_the_function() =>
        Assert.Empty(Find("pci_bridge_wait_for_secondary_bus", "pci_dev_wait"));

    [Fact]
    public void The_running_kernels_list_can_be_read() =>
        Assert.Empty(KernelSymbols.Find(new HashSet<string> { "no_such_function_anywhere" }));

    private static ILookup<string, KernelSymbol> Find(params string[] names)
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, List);
        try
        {
            return KernelSymbols.Find(names.ToHashSet(), path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
