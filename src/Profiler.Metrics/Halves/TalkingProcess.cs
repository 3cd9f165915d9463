using System.Collections;
using Profiler.Core;
using Profiler.Core.Protobuf;
using Profiler.Linux;
using Profiler.Linux.Confinement;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Retries;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Halves;

/// <summary>
/// The process of the talking half: started, answered, and started again when it crashes. The capture goes on meanwhile, and connections
/// wait at the sockets, which are the kernel half's as well.
/// </summary>
public sealed class TalkingProcess : IAsyncDisposable
{
    /// <summary>How long it may take to end in order: a scrape may be under way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // One that lived that long is started again after the shortest pause.
    private static readonly TimeSpan LongLife = TimeSpan.FromMinutes(1);

    private readonly TalkingSettings _settings;
    private readonly Log _log;
    private readonly LimitedLog _failures;
    private readonly TimeProvider _time;
    private readonly Half _half = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private Pair? _pair;
    private Porter? _porter;
    private ConfinedProcess? _process;
    private ProcessFigures _before;

    /// <summary>The program that is executed: this one, also when its file has been replaced.</summary>
    public static string Program { get; set; } = "/proc/self/exe";

    /// <summary>Starts it.</summary>
    /// <param name="settings">Without the pair, which this makes.</param>
    /// <param name="log">What happens to it.</param>
    /// <param name="time">Clock of the pauses before it is started again.</param>
    public TalkingProcess(TalkingSettings settings, Log log, TimeProvider time)
    {
        (_settings, _log, _time, _failures) = (settings, log, time, new LimitedLog(time, log.Warn));
        _thread = new Thread(Live) { IsBackground = true, Name = "talking half" };
        _thread.Start();
    }

    /// <summary>Completes when it was asked to end, by a signal.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What it takes, with the CPU time of those before it.</summary>
    public ProcessFigures Figures()
    {
        lock (_gate)
            return _before + (_process?.Figures() ?? default);
    }

    /// <summary>Whether it serves TLS, once it has read its configuration.</summary>
    /// <exception cref="UserException">The configuration is wrong.</exception>
    public Task<bool> Configured(CancellationToken stop) => _half.IsConfigured.Task.WaitAsync(stop);

    /// <summary>Lets it listen; returns when it does.</summary>
    /// <param name="source">What it serves; tells what this process takes as well.</param>
    /// <exception cref="UserException">It cannot.</exception>
    public Task Listen(MetricsSource source, CancellationToken stop)
    {
        source.Other = Figures;
        _half.Source = source;
        _half.MayListen.TrySetResult();
        return _half.Listens.Task.WaitAsync(stop);
    }

    /// <summary>The capture has begun: it may ask for metrics, and says that it serves.</summary>
    public void Serve() => _half.MayServe.TrySetResult();

    /// <summary>Has it read its configuration again.</summary>
    public void Reload()
    {
        try
        {
            Volatile.Read(ref _porter)?.Reload();
        }
        catch (IOException)
        {
            // It is not there; the next one reads it anyway.
        }
    }

    /// <summary>Ends it in order, once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _half.Stop();
        lock (_gate)
            _pair?.End();
        await Task.Run(_thread.Join);
    }

    private void Live()
    {
        var backoff = new Backoff();
        while (!_stopping.IsCancellationRequested)
        {
            long start = _time.GetTimestamp();
            string how;
            try
            {
                ProcessEnd end = LiveOnce();
                if (_stopping.IsCancellationRequested)
                    break;
                if (WasAsked(end))
                {
                    // As if we had been asked.
                    _half.Fail(UserException.NotPossible("the process that answers requests was ended before it served"));
                    _ended.TrySetResult();
                    return;
                }
                how = $"{end}";
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                how = $"cannot be started: {e.Message}";
            }
            // Before it ever served there is somebody to tell, and no data to lose.
            if (_half.Fail(_half.Error ?? UserException.NotPossible($"the process that answers requests {how}")))
                return;
            if (_time.GetElapsedTime(start) >= LongLife)
                backoff.Reset();
            TimeSpan pause = backoff.Next();
            _log.Warn($"the process that answers requests {_half.Error?.Message ?? how}; the capture goes on, starting it again in {pause.TotalSeconds:0} s");
            _half.Error = null;
            _stopping.Token.WaitHandle.WaitOne(pause);
        }
    }

    // It ends in order, dies of the signal before it listens to it, or gives up waiting for a client that does not read.
    private static bool WasAsked(ProcessEnd end) => end == default ||
        end.Signal is Signals.SIGTERM or Signals.SIGINT or Signals.SIGQUIT ||
        end.Code is 128 + Signals.SIGTERM or 128 + Signals.SIGINT or 128 + Signals.SIGQUIT;

    private ProcessEnd LiveOnce()
    {
        (Pair ours, int theirs) = Pair.Create();
        using (ours)
        {
            ConfinedProcess process;
            try
            {
                process = ConfinedProcess.Start(
                    Program, ["vfioscope", .. (_settings with { Pair = theirs }).ToArguments()], Environment(), [theirs, .. _settings.Sockets]);
            }
            finally
            {
                _ = Posix.close(theirs);
            }
            if (process.Left is { } left)
                _log.Debug($"the process that answers requests, {process.Id}: {left}");
            var porter = new Porter(ours, _half, new NamedFiles(SecretFile.Own), e => _failures.Warn($"a scrape failed: {e.GetType().Name}: {e.Message}"));
            lock (_gate)
                (_pair, _porter, _process) = (ours, porter, process);
            try
            {
                if (!_stopping.IsCancellationRequested)
                    porter.Serve();
            }
            catch (InvalidDataException e)
            {
                _log.Warn($"the process that answers requests says what it must not, so it is ended: {e.Message}");
                process.Signal(Signals.SIGKILL);
            }
            catch (IOException)
            {
                // It is gone: how, its end says.
            }
            ours.End();
            if (!process.Ended.Wait(Patience))
                process.Signal(Signals.SIGKILL);
            process.Ended.Wait();
            lock (_gate)
                (_pair, _porter, _process, _before) = (null, null, null, _before + process.Figures());
            return process.Ended.Result;
        }
    }

    // It has no use for what a push would send, nor for what is addressed to our process id.
    private static string[] Environment() =>
    [
        .. System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(v => v.Key is string name && !name.StartsWith("OTEL_", StringComparison.Ordinal) && !name.StartsWith("LISTEN_", StringComparison.Ordinal))
            .Select(v => $"{v.Key}={v.Value}"),
    ];

    /// <summary>Answers any of the processes, one after the other.</summary>
    private sealed class Half : IKernelHalf
    {
        public TaskCompletionSource<bool> IsConfigured { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Listens { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayListen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayServe { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MetricsSource? Source { get; set; }

        /// <summary>Why the last one could not start.</summary>
        public UserException? Error { get; set; }

        public void Configured(bool tls)
        {
            IsConfigured.TrySetResult(tls);
            Wait(MayListen.Task);
        }

        public void Listening()
        {
            Listens.TrySetResult();
            Wait(MayServe.Task);
        }

        public void Failed(UserException why) => Error = why;

        public void Metrics(ServedFormat format, PooledBuffer to) => Source!.Write(format, to);

        /// <summary>Tells whoever waits for the first start; false if nobody does any more.</summary>
        public bool Fail(Exception why) => IsConfigured.TrySetException(why) | Listens.TrySetException(why);

        public void Stop()
        {
            MayListen.TrySetCanceled();
            MayServe.TrySetCanceled();
        }

        private static void Wait(Task gate)
        {
            try
            {
                gate.Wait();
            }
            catch (AggregateException)
            {
                throw new IOException("this process is ending");
            }
        }
    }
}
