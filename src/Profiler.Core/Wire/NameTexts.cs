using System.Numerics;

namespace Profiler.Core.Wire;

/// <summary>
/// The texts of the names that were seen lately: few names come again and again, and each is converted once. Bounded: of the names
/// that share a set of slots the newest stay.
/// </summary>
internal sealed class NameTexts
{
    private const int Sets = 1024, Ways = 4;

    private readonly (UInt128 Name, string? Text)[] _slots = new (UInt128, string?)[Sets * Ways];

    /// <summary>The name as text; see <see cref="Name16.ToString"/>.</summary>
    public string Of(in Name16 name)
    {
        UInt128 bits = name.Bits;
        Span<(UInt128 Name, string? Text)> set = _slots.AsSpan(SetOf(bits) * Ways, Ways); // the newest first
        foreach (ref readonly (UInt128 Name, string? Text) slot in set)
        {
            if (slot.Name == bits && slot.Text is { } known)
                return known;
        }
        string text = name.ToString();
        set[..^1].CopyTo(set[1..]);
        set[0] = (bits, text);
        return text;
    }

    // Names differ in few bytes, of both halves: multiplying by an odd number brings all of them into the upper bits.
    private static int SetOf(UInt128 bits) =>
        (int)((((ulong)bits ^ BitOperations.RotateLeft((ulong)(bits >> 64), 29)) * 0x9e37_79b9_7f4a_7c15) >> (64 - 10));
}
