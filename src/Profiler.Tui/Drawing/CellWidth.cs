using System.Text;
using Terminal.Gui.Text;

namespace Profiler.Tui.Drawing;

/// <summary>Width of a character in cells, with the same rules as the terminal library: a difference would shift lines.</summary>
internal static class CellWidth
{
    /// <summary>0 for combining characters, 2 for wide ones, otherwise 1.</summary>
    public static int Of(Rune rune) => rune.Value < 0x300 ? 1 : Math.Clamp(rune.GetColumns(), 0, 2);
}
