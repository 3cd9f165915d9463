namespace Profiler.Core.Wire;

/// <summary>
/// The texts of the names that were seen lately: few names come again and again, and each is converted once. Bounded: names that
/// share a slot replace each other.
/// </summary>
internal sealed class NameTexts
{
    private const int Slots = 4096;

    private readonly (UInt128 Name, string? Text)[] _slots = new (UInt128, string?)[Slots];

    /// <summary>The name as text; see <see cref="Name16.ToString"/>.</summary>
    public string Of(in Name16 name)
    {
        UInt128 bits = name.Bits;
        ref (UInt128 Name, string? Text) slot = ref _slots[HashCode.Combine(bits) & (Slots - 1)];
        if (slot.Text is null || slot.Name != bits)
            slot = (bits, name.ToString());
        return slot.Text;
    }
}
