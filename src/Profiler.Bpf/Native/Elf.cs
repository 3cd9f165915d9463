using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Native;

/// <summary>Sections of an ELF file (elf(5)), of 64 bits and this machine's byte order.</summary>
internal static class Elf
{
    /// <summary>A section's content.</summary>
    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    public static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> elf, string name)
    {
        // e_shoff, e_shentsize, e_shnum and e_shstrndx of Elf64_Ehdr
        int headers = (int)MemoryMarshal.Read<ulong>(elf[0x28..]);
        int size = MemoryMarshal.Read<ushort>(elf[0x3a..]), count = MemoryMarshal.Read<ushort>(elf[0x3c..]);
        ReadOnlySpan<byte> names = Content(elf, Header(elf, MemoryMarshal.Read<ushort>(elf[0x3e..])));
        byte[] wanted = Encoding.ASCII.GetBytes(name + "\0");
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = Header(elf, i);
            if (names[MemoryMarshal.Read<int>(header)..].StartsWith(wanted))
                return Content(elf, header);
        }
        throw new InvalidDataException($"no section {name}");

        ReadOnlySpan<byte> Header(ReadOnlySpan<byte> elf, int section) => elf.Slice(headers + section * size, size);

        // sh_offset and sh_size of Elf64_Shdr
        static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> elf, ReadOnlySpan<byte> header) =>
            elf.Slice((int)MemoryMarshal.Read<ulong>(header[0x18..]), (int)MemoryMarshal.Read<ulong>(header[0x20..]));
    }
}
