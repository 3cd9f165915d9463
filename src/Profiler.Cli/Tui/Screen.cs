using Profiler.Cli.Live;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Profiler.Cli.Tui;

/// <summary>The terminal while the view is on it: taken once, given back when disposed, whatever happened in between.</summary>
internal sealed class Screen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l"; // alternate screen, no cursor
    private const string Leave = "\e[2J\e[H\e[?25h\e[?1049l"; // emptied first: tmux mixes the screens up after a resize

    private readonly IAnsiConsole _console;
    private (int Width, int Height) _size;

    private Screen(IAnsiConsole console)
    {
        _console = console;
        _console.Write(new ControlCode(Enter));
    }

    /// <summary>Takes the terminal; null if standard output is none, or one that cannot be drawn on.</summary>
    public static Screen? Open()
    {
        IAnsiConsole console = AnsiConsole.Console;
        return console.Profile.Capabilities.Ansi && !Console.IsOutputRedirected ? new Screen(console) : null;
    }

    /// <summary>Draws a state over the one before.</summary>
    public void Draw(ProfileState state)
    {
        (int Width, int Height) size = (_console.Profile.Width, _console.Profile.Height);
        _console.Write(new Redraw(Frame.Render(state, size.Width, size.Height), Clear: size != _size));
        _size = size;
    }

    /// <summary>True if somebody has pressed the key that quits since this was asked last.</summary>
    public static bool QuitPressed()
    {
        bool quit = false;
        while (!Console.IsInputRedirected && Console.KeyAvailable)
            quit |= Console.ReadKey(intercept: true).KeyChar is 'q' or 'Q';
        return quit;
    }

    public void Dispose() => _console.Write(new ControlCode(Leave));

    // The terminal shows it when it is whole (synchronized update), and nothing is erased first: so nothing flickers.
    private sealed record Redraw(IReadOnlyList<IReadOnlyList<Segment>> Lines, bool Clear) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(maxWidth, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            yield return Segment.Control("\e[?2026h" + (Clear ? "\e[2J" : "") + "\e[H");
            for (int i = 0; i < Lines.Count; i++)
            {
                if (i > 0)
                    yield return Segment.LineBreak;
                foreach (Segment segment in Lines[i])
                    yield return segment;
            }
            yield return Segment.Control("\e[?2026l");
        }
    }
}
