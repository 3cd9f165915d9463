using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Native;

/// <summary>Sections of an ELF file (elf(5)), of 64 bits and this machine's byte order.</summary>
internal static class Elf
{
    /// <summary>A section's content.</summary>
    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    public static ReadOnlyMemory<byte> Section(ReadOnlyMemory<byte> elf, string name)
    {
        // e_shoff, e_shentsize, e_shnum and e_shstrndx of Elf64_Ehdr
        ReadOnlySpan<byte> file = elf.Span;
        int headers = (int)MemoryMarshal.Read<ulong>(file[0x28..]);
        int size = MemoryMarshal.Read<ushort>(file[0x3a..]), count = MemoryMarshal.Read<ushort>(file[0x3c..]);
        ReadOnlySpan<byte> names = Content(MemoryMarshal.Read<ushort>(file[0x3e..])).Span;
        byte[] wanted = Encoding.ASCII.GetBytes(name + "\0");
        for (int i = 0; i < count; i++)
        {
            if (names[MemoryMarshal.Read<int>(Header(i).Span)..].StartsWith(wanted))
                return Content(i);
        }
        throw new InvalidDataException($"no section {name}");

        ReadOnlyMemory<byte> Header(int section) => elf.Slice(headers + section * size, size);

        // sh_offset and sh_size of Elf64_Shdr
        ReadOnlyMemory<byte> Content(int section) => elf.Slice(
            (int)MemoryMarshal.Read<ulong>(Header(section).Span[0x18..]), (int)MemoryMarshal.Read<ulong>(Header(section).Span[0x20..]));
    }
}
