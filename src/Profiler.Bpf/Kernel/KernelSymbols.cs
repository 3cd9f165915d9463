using System.Globalization;
using System.Text;

namespace Profiler.Bpf.Kernel;

/// <summary>A function of the running kernel.</summary>
/// <param name="Name">As in kallsyms, including the suffix.</param>
/// <param name="Module">The module that contains it; null for the kernel itself.</param>
/// <param name="Address">Its address; 0 if the kernel hides it.</param>
public sealed record KernelSymbol(string Name, string? Module, ulong Address);

/// <summary>Functions of the running kernel. Reading names needs no privilege, whatever the value of kptr_restrict.</summary>
public static class KernelSymbols
{
    /// <summary>The symbol list of the running kernel.</summary>
    public const string DefaultPath = "/proc/kallsyms";

    /// <summary>Finds the given functions. A name may exist several times, in several modules.</summary>
    /// <exception cref="IOException">The list cannot be read.</exception>
    public static ILookup<string, KernelSymbol> Find(IReadOnlySet<string> names, string path = DefaultPath)
    {
        var found = new List<KernelSymbol>();
        var lookup = ((HashSet<string>)[.. names]).GetAlternateLookup<ReadOnlySpan<char>>();
        ForEach(path, (address, name, module) =>
        {
            if (lookup.TryGetValue(name, out string? wanted))
                found.Add(new KernelSymbol(
                    wanted, module.IsEmpty ? null : module.ToString(), ulong.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        });
        return found.ToLookup(s => s.Name);
    }

    /// <summary>Receives one function of the list. The address is in hexadecimal.</summary>
    internal delegate void Visitor(ReadOnlySpan<char> address, ReadOnlySpan<char> name, ReadOnlySpan<char> module);

    /// <summary>Visits all functions, in the list's order. Addresses are 0 if the kernel hides them.</summary>
    internal static void ForEach(string path, Visitor visit)
    {
        // 200,000 lines of "address type name\t[module]": one pass, no string allocation per line.
        using var reader = new StreamReader(path, Encoding.ASCII, false, 1 << 16);
        var buffer = new char[1 << 16];
        int kept = 0, read;
        while ((read = reader.ReadBlock(buffer, kept, buffer.Length - kept)) > 0)
        {
            ReadOnlySpan<char> rest = buffer.AsSpan(0, kept + read);
            for (int end; (end = rest.IndexOf('\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (Parse(rest[..end], out ReadOnlySpan<char> address, out ReadOnlySpan<char> name, out ReadOnlySpan<char> module))
                    visit(address, name, module);
            }
            rest.CopyTo(buffer);
            kept = rest.Length;
        }
    }

    // Functions only: types t, T, w, W.
    private static bool Parse(
        ReadOnlySpan<char> line, out ReadOnlySpan<char> address, out ReadOnlySpan<char> name, out ReadOnlySpan<char> module)
    {
        address = name = module = default;
        int type = line.IndexOf(' ') + 1;
        if (type <= 0 || type + 2 >= line.Length || line[type] is not ('t' or 'T' or 'w' or 'W'))
            return false;
        address = line[..(type - 1)];
        name = line[(type + 2)..];
        int tab = name.IndexOf('\t');
        if (tab >= 0)
        {
            module = name[(tab + 1)..].Trim().Trim("[]");
            name = name[..tab];
        }
        return true;
    }
}
