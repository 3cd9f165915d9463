namespace Profiler.Tui;

/// <summary>How a cell looks; what each means in colours only the terminal's side knows.</summary>
public enum Ink : byte
{
    Plain,
    Strong,
    Faint,

    /// <summary>Headings, and what is chosen.</summary>
    Inverse,

    /// <summary>Something is not as it should be.</summary>
    Alarm,
    Done,
    Resetting,
    Waiting,
}
