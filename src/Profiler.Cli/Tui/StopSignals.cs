using System.Runtime.InteropServices;

namespace Profiler.Cli.Tui;

/// <summary>
/// All signals that ask a program on a terminal to end. SIGINT and SIGTERM come by way of the command line's token;
/// the others would end us on the spot, and leave the terminal as it is.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration _hangUp;
    private readonly PosixSignalRegistration _quit;

    /// <param name="cancellation">Cancelled by SIGINT and SIGTERM.</param>
    public StopSignals(CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        _quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal);
    }

    /// <summary>Cancelled by any of the signals.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _hangUp.Dispose();
        _quit.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stop.Cancel();
    }
}
