using System.Buffers;
using System.Text;

namespace Profiler.Tui;

/// <summary>Frames to what a terminal is sent: only the lines that changed, and nothing if none did.</summary>
/// <param name="kind">What the terminal can do.</param>
internal sealed class TerminalWriter(TerminalKind kind)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(16 * 1024);
    private int[] _runes = [];
    private Ink[] _inks = [];
    private (int Width, int Height) _size;

    /// <summary>What is on the terminal is not what was drawn any more: the next frame is sent as a whole.</summary>
    public void Forget() => _size = default;

    /// <summary>The bytes that make the terminal show a frame; empty if it does already. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(Canvas canvas)
    {
        _bytes.ResetWrittenCount();
        bool whole = _size != (canvas.Width, canvas.Height);
        if (whole)
        {
            _size = (canvas.Width, canvas.Height);
            (_runes, _inks) = (new int[canvas.Width * canvas.Height], new Ink[canvas.Width * canvas.Height]);
        }
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<int> runes = _runes.AsSpan(y * canvas.Width, canvas.Width);
            Span<Ink> inks = _inks.AsSpan(y * canvas.Width, canvas.Width);
            if (!whole && canvas.Runes(y).SequenceEqual(runes) && canvas.Inks(y).SequenceEqual(inks))
                continue;
            canvas.Runes(y).CopyTo(runes);
            canvas.Inks(y).CopyTo(inks);
            if (_bytes.WrittenCount == 0)
                // The terminal shows it when it is whole (synchronized update), and erases only what has another size.
                Text(whole ? "\e[?2026h\e[0m\e[2J" : "\e[?2026h");
            Line(y, runes, inks);
        }
        if (_bytes.WrittenCount > 0)
            Text("\e[0m\e[?2026l");
        return _bytes.WrittenSpan;
    }

    private void Line(int y, ReadOnlySpan<int> runes, ReadOnlySpan<Ink> inks)
    {
        Text("\e[");
        Number(y + 1);
        Text(";1H\e[0m");
        Ink ink = Ink.Plain;
        for (int x = 0; x < runes.Length; x++)
        {
            if (runes[x] == Canvas.Tail)
                continue;
            if (inks[x] != ink)
            {
                ink = inks[x];
                Text(Code(ink));
            }
            Character(runes[x]);
        }
        if (ink != Ink.Plain)
            Text("\e[0m");
    }

    private string Code(Ink ink) => (ink, kind.Colours) switch
    {
        (Ink.Strong, _) => "\e[0;1m",
        (Ink.Faint, _) => "\e[0;2m",
        (Ink.Inverse, _) => "\e[0;7m",
        (Ink.Alarm, true) => "\e[0;1;31m",
        (Ink.Alarm, false) => "\e[0;1m",
        (Ink.Done, true) => "\e[0;32m",
        (Ink.Resetting, true) => "\e[0;36m",
        (Ink.Waiting, true) => "\e[0;33m",
        _ => "\e[0m",
    };

    private void Character(int value)
    {
        var rune = new Rune(value);
        if (!kind.Unicode && !rune.IsAscii)
        {
            Ascii(rune);
            return;
        }
        _bytes.Advance(rune.EncodeToUtf8(_bytes.GetSpan(4)));
    }

    private void Ascii(Rune rune)
    {
        // As many cells as what it stands for.
        for (int cell = CellWidth.Of(rune); cell > 0; cell--)
        {
            _bytes.GetSpan(1)[0] = (byte)(rune.Value switch
            {
                '█' => '#',
                '▓' => '=',
                '▒' => ':',
                '░' => '-',
                '·' => '.',
                '┃' => '|',
                'µ' => 'u',
                '…' => '~',
                '×' => 'x',
                '–' => '-',
                '←' => '<',
                '→' => '>',
                _ => '?',
            });
            _bytes.Advance(1);
        }
    }

    private void Text(string ascii) => _bytes.Advance(Encoding.ASCII.GetBytes(ascii, _bytes.GetSpan(ascii.Length)));

    private void Number(int value)
    {
        value.TryFormat(_bytes.GetSpan(11), out int written);
        _bytes.Advance(written);
    }
}
