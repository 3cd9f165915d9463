using System.CommandLine;
using System.Runtime.InteropServices;
using Profiler.Cli.Commands.Options;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Host.Files;
using Profiler.Linux;

namespace Profiler.Cli.Commands;

/// <summary>The flight recorder of a command, and the signal that asks it for a recording.</summary>
internal sealed class Keeping : IDisposable
{
    private readonly FlightRecorder _recorder;
    private readonly PosixSignalRegistration _signal;

    private Keeping(FlightRecorder recorder)
    {
        _recorder = recorder;
        // .NET takes the numbers of signals that it has no name for.
        _signal = PosixSignalRegistration.Create((PosixSignal)Signals.SIGUSR1, context =>
        {
            context.Cancel = true;
            _recorder.Keep();
        });
    }

    /// <summary>The flight recorder of a profile; null if nothing is to be kept.</summary>
    /// <param name="kept">See <see cref="KeepOptions.DirectoryFrom"/>.</param>
    /// <param name="told">Hears of each recording.</param>
    public static Keeping? Of(
        ParseResult parsed, Profile profile, KeptRecordings? kept, TimeProvider time, Action<KeptLives>? told = null)
    {
        if (kept is null)
            return null;
        var recorder = new FlightRecorder(profile, KeepOptions.RulesFrom(parsed), kept, time);
        recorder.Kept += told;
        return new Keeping(recorder);
    }

    /// <inheritdoc cref="FlightRecorder.Start"/>
    public void Start() => _recorder.Start();

    /// <inheritdoc cref="FlightRecorder.Stop"/>
    public Task Stop() => _recorder.Stop();

    public void Dispose()
    {
        _signal.Dispose();
        _recorder.Dispose();
    }
}
