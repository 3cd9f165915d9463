namespace Profiler.Tui;

/// <summary>The pages, in the order in which Tab goes through them.</summary>
internal enum Page
{
    InFlight,
    Histograms,
    Devices,
    Locks,
    Shutdowns,
}

/// <summary>What the histograms are of.</summary>
internal enum Question
{
    WaitsAndResets,
    ReleasesAndOpens,
    Phases,
}
