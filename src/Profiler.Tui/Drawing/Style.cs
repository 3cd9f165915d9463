namespace Profiler.Tui.Drawing;

/// <summary>What a cell means; which colours that gets is decided by <see cref="Terminal.Palette"/>.</summary>
internal enum Style : byte
{
    Plain,
    Strong,
    Faint,

    /// <summary>Column titles and the tab of the present page.</summary>
    Heading,

    /// <summary>The selected row.</summary>
    Selected,

    /// <summary>Something is wrong, or takes most of the time.</summary>
    Alarm,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Released, or small.</summary>
    Good,

    /// <summary>In reset.</summary>
    Reset,

    /// <summary>Waiting for a lock.</summary>
    Waiting,

    /// <summary>The rest of a release.</summary>
    Release,

    /// <summary>QEMU in user space, and freeing guest memory.</summary>
    Process,
}
