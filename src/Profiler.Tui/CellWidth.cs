using System.Globalization;
using System.Text;

namespace Profiler.Tui;

/// <summary>How many cells a character takes on a terminal.</summary>
internal static class CellWidth
{
    // The blocks that are wide as a whole (East_Asian_Width W and F, UAX #11), coarsely: what is unassigned in them does
    // not print anyway.
    private static readonly (int From, int To)[] Wide =
    [
        (0x1100, 0x115f), (0x231a, 0x231b), (0x23e9, 0x23f3), (0x2e80, 0x303e), (0x3041, 0x33ff), (0x3400, 0x4dbf), (0x4e00, 0x9fff),
        (0xa000, 0xa4cf), (0xa960, 0xa97f), (0xac00, 0xd7a3), (0xf900, 0xfaff), (0xfe30, 0xfe6f), (0xff00, 0xff60),
        (0xffe0, 0xffe6), (0x16fe0, 0x18cff), (0x1b000, 0x1b2ff), (0x1f300, 0x1f64f), (0x1f680, 0x1f6ff), (0x1f900, 0x1f9ff),
        (0x1fa70, 0x1faff), (0x20000, 0x3fffd),
    ];

    /// <summary>0 for what is put on the character before it, 2 for wide ones, else 1.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value < 0x300)
            return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            return 0;
        foreach ((int from, int to) in Wide)
        {
            if (rune.Value >= from && rune.Value <= to)
                return 2;
        }
        return 1;
    }
}
