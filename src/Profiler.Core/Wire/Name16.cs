using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Core.Wire;

/// <summary>
/// A name as the kernel writes it: up to 15 bytes and a NUL. It is untrusted and may contain any bytes. Compared as bytes;
/// converted to a clean string only for output.
/// </summary>
[InlineArray(Length)]
public struct Name16 : IEquatable<Name16>
{
    /// <summary>Bytes, including the NUL.</summary>
    public const int Length = 16;

    private byte _first;

    /// <summary>The bytes up to the NUL.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes
    {
        get
        {
            ReadOnlySpan<byte> all = MemoryMarshal.CreateReadOnlySpan(in _first, Length);
            int end = all.IndexOf((byte)0);
            return end < 0 ? all : all[..end];
        }
    }

    /// <summary>All bytes as one number: equal for equal names of the kernel, which fills them up with NULs.</summary>
    internal readonly UInt128 Bits => MemoryMarshal.Read<UInt128>(MemoryMarshal.CreateReadOnlySpan(in _first, Length));

    public readonly bool IsEmpty => _first == 0;

    /// <summary>A name from text; longer text is cut.</summary>
    public static Name16 From(string text)
    {
        var name = new Name16();
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref name._first, Length - 1);
        Encoding.UTF8.GetEncoder().Convert(text, bytes, flush: true, out _, out _, out _);
        return name;
    }

    public readonly bool Equals(Name16 other) => Bytes.SequenceEqual(other.Bytes);

    public override readonly bool Equals(object? obj) => obj is Name16 other && Equals(other);

    public override readonly int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(Name16 left, Name16 right) => left.Equals(right);

    public static bool operator !=(Name16 left, Name16 right) => !left.Equals(right);

    /// <summary>As text; non-printable characters and invalid UTF-8 become '?'.</summary>
    public override readonly string ToString() => Printable.Clean(Encoding.UTF8.GetString(Bytes));
}
