using System.Globalization;
using System.Text;
using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Symbols;

/// <summary>
/// Symbol names of kernel addresses: "pci_dev_wait+0x4c [module]". The source is kallsyms, or the kernel itself if kallsyms
/// hides addresses. If neither has a name, the text is the address.
/// </summary>
public static class AddressNames
{
    /// <summary>Names addresses; each gets a text.</summary>
    /// <exception cref="IOException">kallsyms cannot be read.</exception>
    public static IReadOnlyDictionary<ulong, string> Of(IEnumerable<ulong> addresses)
    {
        ulong[] wanted = [.. addresses.Distinct().Order()];
        if (FromList(wanted, KernelSymbols.DefaultPath) is { } listed)
            return listed;
        using var kernel = AddressPrinter.Load();
        return wanted.ToDictionary(a => a, a => kernel?.Print(a) ?? Number(a));
    }

    /// <summary>The same from a symbol list; null if it has names but no addresses (kptr_restrict).</summary>
    /// <param name="wanted">In ascending order.</param>
    /// <param name="path">The list, in the format of kallsyms.</param>
    internal static IReadOnlyDictionary<ulong, string>? FromList(ulong[] wanted, string path)
    {
        // An address belongs to the function with the highest start at or below it. The list may have any order: of the functions that begin
        // behind the wanted address before, the last one is kept, in a buffer, as in an ascending list each is the last one so far.
        var begins = new ulong[wanted.Length];
        StringBuilder[] names = [.. wanted.Select(_ => new StringBuilder())];
        bool hidden = true;
        KernelSymbols.ForEach(path, (text, name, module) =>
        {
            _ = ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong address);
            hidden &= address == 0;
            int at = Array.BinarySearch(wanted, address);
            at = at < 0 ? ~at : at;
            if (at == wanted.Length || begins[at] >= address)
                return;
            begins[at] = address;
            names[at].Clear().Append(name);
            if (!module.IsEmpty)
                names[at].Append(" [").Append(module).Append(']');
        });
        // Where none begins in between, it is the one of the address before.
        for (int i = 1; i < wanted.Length; i++)
        {
            if (begins[i] == 0)
                (begins[i], names[i]) = (begins[i - 1], names[i - 1]);
        }
        return hidden ? null : wanted.Index().ToDictionary(
            w => w.Item, w => begins[w.Index] != 0 ? WithOffset(names[w.Index].ToString(), w.Item - begins[w.Index]) : Number(w.Item));
    }

    private static string WithOffset(string name, ulong offset)
    {
        int space = name.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? $"{name}+0x{offset:x}" : $"{name[..space]}+0x{offset:x}{name[space..]}";
    }

    private static string Number(ulong address) => "0x" + address.ToString("x16", CultureInfo.InvariantCulture);
}
