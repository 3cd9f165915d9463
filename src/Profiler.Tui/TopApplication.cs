using System.Runtime.ExceptionServices;
using Profiler.Core.Capture;
using Profiler.Tui.Terminal;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace Profiler.Tui;

/// <summary>Runs the view on a terminal, from taking the terminal to restoring it.</summary>
public static class TopApplication
{
    /// <summary>Polls per second for keys, sizes and events; they are most of the cost of an idle view.</summary>
    private const ushort LooksPerSecond = 8;

    /// <summary>Runs until the user quits, the caller stops it, the source fails or the terminal is gone.</summary>
    /// <param name="player">Player to show; already started.</param>
    /// <param name="only">Filter of the command line.</param>
    /// <param name="kind">Capabilities of the terminal.</param>
    /// <param name="stop">Ends the view.</param>
    public static void Run(Player player, ActivityFilter only, TerminalKind kind, CancellationToken stop)
    {
        using var guard = new TerminalGuard();
        using var window = new TopWindow(kind);
        var top = new Top(player, window, only, kind, TimeProvider.System);
        Exception? failure = null;
        Application.MaximumIterationsPerSecond = LooksPerSecond;
        using (IApplication app = Application.Create())
        {
            // The terminal's own sixteen colours match its background.
            Driver.Force16Colors = true;
            app.Init(DriverRegistry.Names.ANSI);
            guard.Taken();
            guard.Retaken += window.DrawAnew;
            app.Iteration += (_, _) =>
            {
                guard.WaitUntilOurs();
                if (stop.IsCancellationRequested || failure is not null || !TerminalGuard.HasTerminal)
                {
                    app.RequestStop();
                    return;
                }
                try
                {
                    top.Look();
                }
#pragma warning disable CA1031 // any error: restore the terminal first, then report the error
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failure = e;
                }
            };
            app.Run(window);
            guard.Returned();
        }
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }
}
