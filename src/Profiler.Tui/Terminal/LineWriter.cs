using System.Text;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Terminal;

/// <summary>Pieces of lines to what a terminal is sent.</summary>
/// <param name="palette">How styles look.</param>
/// <param name="graphemes">How characters are sent.</param>
internal sealed class LineWriter(Palette palette, Graphemes graphemes)
{
    // Shown when it is whole (synchronized update); cursor and rendition are afterwards as the library left them (DECSC, DECRC).
    private const string Begin = "\e[?2026h\e7", End = "\e8\e[?2026l";

    private readonly StringBuilder _text = new();
    private char[] _sent = [];

    /// <summary>Adds cells of a line.</summary>
    /// <param name="x">The first cell's column on the screen.</param>
    /// <param name="y">The line on the screen.</param>
    /// <param name="runes">The cells' characters.</param>
    /// <param name="styles">How they look.</param>
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

    /// <summary>What was added since; empty if nothing was. Valid until more is added.</summary>
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
