using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// A table of types in the BTF format (Documentation/bpf/btf.rst): of the kernel, of a module, which continues the kernel's, or of a
/// BPF object. All of it but the names are 32-bit words.
/// </summary>
internal sealed class Btf
{
    public const uint BTF_KIND_INT = 1, BTF_KIND_PTR = 2, BTF_KIND_ARRAY = 3, BTF_KIND_STRUCT = 4, BTF_KIND_UNION = 5, BTF_KIND_ENUM = 6,
        BTF_KIND_FWD = 7, BTF_KIND_TYPEDEF = 8, BTF_KIND_VOLATILE = 9, BTF_KIND_CONST = 10, BTF_KIND_RESTRICT = 11, BTF_KIND_FUNC = 12,
        BTF_KIND_FUNC_PROTO = 13, BTF_KIND_VAR = 14, BTF_KIND_DATASEC = 15, BTF_KIND_FLOAT = 16, BTF_KIND_DECL_TAG = 17,
        BTF_KIND_TYPE_TAG = 18, BTF_KIND_ENUM64 = 19;

    /// <summary>The first two bytes, and the third.</summary>
    public const ushort BTF_MAGIC = 0xeb9f;
    public const byte BTF_VERSION = 1;

    internal const int HeaderBytes = 24;

    private readonly ReadOnlyMemory<byte> _types, _names;
    private readonly Btf? _kernel;
    private readonly int _firstId, _firstName; // of this table, behind the kernel's

    // Of each type: where it begins, in words, and the offset of its name. Apart, so that a name is found by a vectorized search.
    private readonly int[] _begins, _nameOffsets;

    /// <param name="table">The table, from its header on.</param>
    /// <param name="kernel">The kernel's table, for a module's.</param>
    /// <exception cref="InvalidDataException">Not BTF, or a version or kind of type not known here.</exception>
    public Btf(ReadOnlyMemory<byte> table, Btf? kernel = null)
    {
        if (table.Length < HeaderBytes || MemoryMarshal.Read<ushort>(table.Span) != BTF_MAGIC || table.Span[2] != BTF_VERSION)
            throw new InvalidDataException("it is not BTF of version 1");
        // struct btf_header
        var header = MemoryMarshal.Cast<byte, int>(table.Span[..HeaderBytes]);
        _types = table.Slice(header[1] + header[2], header[3]);
        _names = table.Slice(header[1] + header[4], header[5]);
        _kernel = kernel;
        (_firstId, _firstName) = kernel is null ? (1, 0) : (kernel._firstId + kernel._begins.Length, kernel._firstName + kernel._names.Length);

        var words = Words;
        var begins = new List<int>(words.Length / 4);
        var nameOffsets = new List<int>(words.Length / 4);
        for (int at = 0; at < words.Length; at += 3 + WordsAfter(words[at + 1]))
        {
            begins.Add(at);
            nameOffsets.Add((int)words[at]);
        }
        (_begins, _nameOffsets) = ([.. begins], [.. nameOffsets]);
    }

    /// <summary>Reads a table of sysfs; null if there is none or it cannot be read.</summary>
    /// <param name="of">"vmlinux", or a module.</param>
    /// <param name="kernel">The kernel's table, for a module's.</param>
    /// <exception cref="InvalidDataException">As the constructor.</exception>
    public static Btf? Read(string of, Btf? kernel = null)
    {
        try
        {
            return new Btf(File.ReadAllBytes($"/sys/kernel/btf/{of}"), kernel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The types of this table with this name; not those of the kernel's table that it continues.</summary>
    public IEnumerable<BtfType> Named(string name)
    {
        foreach (int offset in OffsetsOf(name))
        {
            for (int i = 0, step; (step = _nameOffsets.AsSpan(i).IndexOf(offset)) >= 0; i += step + 1)
                yield return new BtfType(this, _begins[i + step]);
        }
    }

    /// <summary>A type by its number, which is not 0 (void).</summary>
    public BtfType this[uint id] => id < _firstId ? _kernel![id] : new BtfType(this, _begins[(int)id - _firstId]);

    internal ReadOnlySpan<uint> Words => MemoryMarshal.Cast<byte, uint>(_types.Span);

    internal string Name(uint offset)
    {
        if (offset < _firstName)
            return _kernel!.Name(offset);
        ReadOnlySpan<byte> rest = _names.Span[((int)offset - _firstName)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    // Each name is in a table once; a module's table has only names that the kernel's has not.
    private IEnumerable<int> OffsetsOf(string name)
    {
        int at = _names.Span.IndexOf(Encoding.ASCII.GetBytes($"\0{name}\0"));
        if (at >= 0)
            yield return _firstName + at + 1;
        foreach (int offset in _kernel?.OffsetsOf(name) ?? [])
            yield return offset;
    }

    // What follows struct btf_type, by kind and number of members.
    private static int WordsAfter(uint info)
    {
        int count = (int)(info & 0xffff);
        return BtfType.KindOf(info) switch
        {
            BTF_KIND_PTR or BTF_KIND_FWD or BTF_KIND_TYPEDEF or BTF_KIND_VOLATILE or BTF_KIND_CONST or BTF_KIND_RESTRICT or BTF_KIND_FUNC or
                BTF_KIND_FLOAT or BTF_KIND_TYPE_TAG => 0,
            BTF_KIND_INT or BTF_KIND_VAR or BTF_KIND_DECL_TAG => 1,
            BTF_KIND_ARRAY => 3,
            BTF_KIND_ENUM or BTF_KIND_FUNC_PROTO => 2 * count,
            BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_DATASEC or BTF_KIND_ENUM64 => 3 * count,
            var kind => throw new InvalidDataException($"it has types of an unknown kind, {kind}"),
        };
    }
}

/// <summary>A type in its table: <c>struct btf_type</c> and what follows it, in 32-bit words.</summary>
/// <param name="Table">The table.</param>
/// <param name="Begin">Where it begins, in words.</param>
internal readonly record struct BtfType(Btf Table, int Begin)
{
    public string Name => Table.Name(Word(0));

    /// <summary>Its kind, number of members and flag.</summary>
    public uint Info => Word(1);

    public uint Kind => KindOf(Info);

    /// <summary>Number of members.</summary>
    public int Count => (int)(Info & 0xffff);

    /// <summary>Size in bytes or number of a type, by kind.</summary>
    public uint SizeOrType => Word(2);

    /// <summary>A word behind <c>struct btf_type</c>.</summary>
    public uint After(int index) => Word(3 + index);

    internal static uint KindOf(uint info) => info >> 24 & 0x1f;

    private uint Word(int index) => Table.Words[Begin + index];
}
