using System.Text;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Terminal;

/// <summary>Converts characters to cached strings for the terminal; to ASCII if it does not support UTF-8.</summary>
/// <param name="unicode">The terminal supports UTF-8.</param>
internal sealed class Graphemes(bool unicode)
{
    private const int Kept = 0x2600; // includes box drawing and blocks; higher characters occur only in names

    private readonly string?[] _made = new string?[Kept];

    /// <summary>Text of a cell; empty after a wide character.</summary>
    public string Of(int rune)
    {
        if (rune == Canvas.Tail)
            return unicode ? "" : "?"; // keeps the width of the replaced character
        if (rune >= Kept)
            return Make(rune);
        return _made[rune] ??= Make(rune);
    }

    private string Make(int rune) => unicode || rune < 0x80 ? new Rune(rune).ToString()
        : Ascii(rune).ToString();

    private static char Ascii(int rune) => rune switch
    {
        '█' => '#',
        '▓' => '=',
        '▒' => ':',
        '░' => '-',
        '·' => '.',
        '┃' or '│' => '|',
        'µ' => 'u',
        '…' => '~',
        '×' => 'x',
        '–' or '─' => '-',
        '≥' => '>',
        '▲' => '^',
        '▼' => 'v',
        _ => '?',
    };
}
