using System.Text;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Terminal;

/// <summary>Converts parts of lines to terminal output.</summary>
/// <param name="palette">Sequences of the styles.</param>
/// <param name="graphemes">Strings of the characters.</param>
internal sealed class LineWriter(Palette palette, Graphemes graphemes)
{
    // Synchronized update: the terminal shows it as a whole. DECSC and DECRC restore the library's cursor and rendition.
    private const string Begin = "\e[?2026h\e7", End = "\e8\e[?2026l";

    private readonly StringBuilder _text = new();
    private char[] _sent = [];

    /// <summary>Adds cells of a line.</summary>
    /// <param name="x">Screen column of the first cell.</param>
    /// <param name="y">Screen line.</param>
    /// <param name="runes">Characters of the cells.</param>
    /// <param name="styles">Styles of the cells.</param>
    public void Add(int x, int y, ReadOnlySpan<int> runes, ReadOnlySpan<Style> styles)
    {
        if (_text.Length == 0)
            _text.Append(Begin);
        _text.Append("\e[").Append(y + 1).Append(';').Append(x + 1).Append('H');
        for (int i = 0; i < runes.Length; i++)
        {
            if (i == 0 || styles[i] != styles[i - 1])
                _text.Append(palette.Sequence(styles[i]));
            _text.Append(graphemes.Of(runes[i]));
        }
    }

    /// <summary>Takes the output since the last call; empty if none. Valid until the next Add.</summary>
    public ReadOnlySpan<char> Take()
    {
        if (_text.Length == 0)
            return [];
        _text.Append(End);
        if (_sent.Length < _text.Length)
            _sent = new char[_text.Length * 2];
        int length = _text.Length;
        _text.CopyTo(0, _sent, length);
        _text.Clear();
        return _sent.AsSpan(0, length);
    }
}
