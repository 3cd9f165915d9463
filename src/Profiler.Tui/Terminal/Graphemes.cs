using System.Text;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Terminal;

/// <summary>Characters as the terminal gets them: strings that are made once; ASCII where it does not understand UTF-8.</summary>
/// <param name="unicode">It does.</param>
internal sealed class Graphemes(bool unicode)
{
    private const int Kept = 0x2600; // with box drawing and blocks; what is above comes in names only

    private readonly string?[] _made = new string?[Kept];

    /// <summary>A cell's text; behind a wide character empty.</summary>
    public string Of(int rune)
    {
        if (rune == Canvas.Tail)
            return unicode ? "" : "?"; // as many cells as what it stands for
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
