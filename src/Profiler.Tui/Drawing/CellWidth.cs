using System.Text;
using Terminal.Gui.Text;

namespace Profiler.Tui.Drawing;

/// <summary>How many cells a character takes, as the terminal library counts them: if both differed, lines would shift.</summary>
internal static class CellWidth
{
    /// <summary>0 for what is put on the character before it, 2 for wide ones, else 1.</summary>
    public static int Of(Rune rune) => rune.Value < 0x300 ? 1 : Math.Clamp(rune.GetColumns(), 0, 2);
}
