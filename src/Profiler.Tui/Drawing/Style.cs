namespace Profiler.Tui.Drawing;

/// <summary>Meaning of a cell; <see cref="Terminal.Palette"/> maps it to colours.</summary>
internal enum Style : byte
{
    Plain,
    Strong,
    Faint,

    /// <summary>Column titles and the tab of the current page.</summary>
    Heading,

    /// <summary>The selected row.</summary>
    Selected,

    /// <summary>A problem, or a large share of the time.</summary>
    Alarm,

    /// <summary>A possible problem.</summary>
    Warning,

    /// <summary>Released, or small.</summary>
    Good,

    /// <summary>In reset.</summary>
    Reset,

    /// <summary>Waiting for a lock.</summary>
    Waiting,

    /// <summary>Rest of a release.</summary>
    Release,

    /// <summary>QEMU in user space, and freeing guest memory.</summary>
    Process,
}
