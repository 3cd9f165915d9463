using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// The few types that BPF programs read, copied from the type information of the kernel and its modules to a small table. libbpf reads
/// the whole table it is given, and searches it for each type, for each object that it loads.
/// </summary>
/// <remarks>
/// It answers what CO-RE asks of a field, a type's existence or size, or an enumeration's value. Numbers of types are not the kernel's.
/// What a pointer points to is left out, since CO-RE follows none.
/// </remarks>
internal sealed class TypeExtract
{
    private readonly List<uint> _types = [];
    private readonly List<byte> _names = [0]; // begins with the empty name
    private readonly Dictionary<string, uint> _nameOffsets = new() { [""] = 0 };
    private readonly Dictionary<BtfType, uint> _ids = [];
    private uint _count;

    private TypeExtract() { }

    /// <summary>Makes the table.</summary>
    /// <param name="names">Names of types that are not there are ignored.</param>
    /// <param name="kernel">The kernel's table: a type that it has is not looked for elsewhere.</param>
    /// <param name="modules">The modules' tables. Several may have a type, which then is copied from each.</param>
    public static byte[] Of(IEnumerable<string> names, Btf kernel, IReadOnlyCollection<Btf> modules)
    {
        var extract = new TypeExtract();
        foreach (string name in names)
        {
            BtfType[] found = [.. kernel.Named(name)];
            foreach (BtfType type in found.Length > 0 ? found : modules.SelectMany(m => m.Named(name)))
                extract.Copy(type);
        }
        return extract.Table();
    }

    private uint Copy(BtfType type)
    {
        if (_ids.TryGetValue(type, out uint id))
            return id;
        return _ids[type] = type.Kind switch
        {
            Btf.BTF_KIND_STRUCT or Btf.BTF_KIND_UNION => Add(type, type.SizeOrType, [.. Enumerable.Range(0, type.Count)
                .SelectMany(m => new[] { NameOffset(type, 3 * m), CopyOf(type.Table, type.After(3 * m + 1)), type.After(3 * m + 2) })]),
            Btf.BTF_KIND_ENUM => Add(type, type.SizeOrType, [.. Enumerable.Range(0, type.Count)
                .SelectMany(v => new[] { NameOffset(type, 2 * v), type.After(2 * v + 1) })]),
            Btf.BTF_KIND_ENUM64 => Add(type, type.SizeOrType, [.. Enumerable.Range(0, type.Count)
                .SelectMany(v => new[] { NameOffset(type, 3 * v), type.After(3 * v + 1), type.After(3 * v + 2) })]),
            Btf.BTF_KIND_ARRAY => Add(type, 0, CopyOf(type.Table, type.After(0)), CopyOf(type.Table, type.After(1)), type.After(2)),
            Btf.BTF_KIND_INT => Add(type, type.SizeOrType, type.After(0)),
            Btf.BTF_KIND_FLOAT => Add(type, type.SizeOrType),
            Btf.BTF_KIND_PTR => Add(type, 0),
            Btf.BTF_KIND_TYPEDEF or Btf.BTF_KIND_VOLATILE or Btf.BTF_KIND_CONST or Btf.BTF_KIND_RESTRICT or Btf.BTF_KIND_TYPE_TAG =>
                Add(type, CopyOf(type.Table, type.SizeOrType)),
            _ => 0, // a function or a variable, which is part of no type
        };
    }

    private uint CopyOf(Btf table, uint id) => id == 0 ? 0 : Copy(table[id]);

    private uint Add(BtfType type, uint sizeOrType, params ReadOnlySpan<uint> after)
    {
        _types.AddRange([NameOffset(type.Name), type.Info, sizeOrType]);
        _types.AddRange(after);
        return ++_count;
    }

    private uint NameOffset(BtfType of, int word) => NameOffset(of.Table.Name(of.After(word)));

    private uint NameOffset(string name)
    {
        if (_nameOffsets.TryGetValue(name, out uint offset))
            return offset;
        offset = _nameOffsets[name] = (uint)_names.Count;
        _names.AddRange(Encoding.ASCII.GetBytes(name + "\0"));
        return offset;
    }

    private byte[] Table()
    {
        uint typeBytes = (uint)_types.Count * sizeof(uint);
        ReadOnlySpan<uint> header =
            [Btf.BTF_MAGIC | Btf.BTF_VERSION << 16, Btf.HeaderBytes, 0, typeBytes, typeBytes, (uint)_names.Count];
        return [.. MemoryMarshal.AsBytes(header), .. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_types)), .. _names];
    }
}
