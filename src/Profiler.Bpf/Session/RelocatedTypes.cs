using System.Runtime.InteropServices;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>The kernel's types that a compiled object reads, by its CO-RE relocations.</summary>
/// <remarks>
/// The format: <c>struct btf_ext_header</c>, <c>struct btf_ext_info_sec</c> (libbpf's libbpf_internal.h) and <c>struct bpf_core_relo</c>
/// (linux/bpf.h).
/// </remarks>
internal static class RelocatedTypes
{
    // A type of the programs that ends in this and more is one shape of the kernel's type before it.
    private const string Flavour = "___";

    /// <summary>Their names in the kernel; a name may occur several times.</summary>
    /// <param name="elf">The object.</param>
    public static IEnumerable<string> Of(ReadOnlySpan<byte> elf)
    {
        var types = new Btf(Elf.Section(elf, ".BTF").ToArray());
        return Ids(Elf.Section(elf, ".BTF.ext")).Select(id => types[id].Name.Split(Flavour)[0]);
    }

    private static HashSet<uint> Ids(ReadOnlySpan<byte> ext)
    {
        var header = MemoryMarshal.Cast<byte, int>(ext[..32]);
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(ext.Slice(header[1] + header[6], header[7]));
        int record = (int)words[0] / sizeof(uint);
        var ids = new HashSet<uint>();
        // For each section of programs its name and number of relocations, then these: instruction, type, accessed member, kind.
        for (int at = 1; at < words.Length;)
        {
            int count = (int)words[at + 1];
            at += 2;
            for (int end = at + count * record; at < end; at += record)
                ids.Add(words[at + 1]);
        }
        return ids;
    }
}
