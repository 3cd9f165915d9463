using System.Collections.Immutable;
using System.Reactive.Linq;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Cli.Live;

/// <summary>A source into a recording, with a pipeline beside it that knows how far things are.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly LiveSource _source;
    private readonly VmNames _vmNames;
    private readonly RecordingWriter _writer;
    private readonly Pipeline _pipeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<int> _named = [];
    private Exception? _error;

    public Recorder(LiveSource source, VmNames vmNames, Stream output)
    {
        (_source, _vmNames) = (source, vmNames);
        _writer = new RecordingWriter(output);
        _pipeline = new Pipeline(source.Records, source.Info.Probes.Any(p => p is { Name: "signal", Attached: true }));
    }

    /// <summary>Ends when the source does; faults if it fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>The state of things, for progress.</summary>
    public Snapshot Snapshot() => _pipeline.Snapshot();

    public long NowNs => _source.NowNs;

    public long StartNs => _source.Info.StartNs;

    public long Lost() => _source.Counts().Sum(c => c.Lost);

    public void Start()
    {
        _writer.Begin(_source.Info);
        foreach (int pid in _vmNames.Known.Keys)
            Name(pid);
        _source.Records.Subscribe(_writer.Events, Fail);
        _pipeline.Activities.Subscribe(Name, Fail);
        _pipeline.Connect();
        Completion = Task.Factory.StartNew(
            () => _source.Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Detaches, takes what is left, and writes the final counts.</summary>
    /// <exception cref="UserException">The capture or the writing failed meanwhile.</exception>
    public void Stop()
    {
        _stop.Cancel();
        Completion.GetAwaiter().GetResult();
        if (_error is not null)
            throw UserException.NotPossible($"the recording failed: {_error.Message}", _error);
        _writer.End(new CaptureEnd(_source.NowNs, Counts(), _source.Probes()));
    }

    /// <summary>One line for people, when all is done.</summary>
    public string Summary(string path)
    {
        Snapshot s = Snapshot();
        long lost = Lost();
        return $"vfioscope: {Figures.Count(s.Histograms.Release.Count, "release")}, {Figures.Count(s.Histograms.Shutdown.Count, "shutdown")} in " +
            $"{Figures.Text(NowNs - StartNs)}, {(lost == 0 ? "no event lost" : $"{lost} EVENTS LOST")}: {path}";
    }

    public void Dispose()
    {
        _stop.Cancel();
        _pipeline.Dispose();
        _stop.Dispose();
    }

    private ImmutableArray<EventCount> Counts()
    {
        ImmutableArray<long> received = _pipeline.Snapshot().Received;
        return [.. _source.Counts().Select(c => new EventCount(RecordedCapture.KindName(c.Kind), c.Emitted, received[c.Kind], c.Lost))];
    }

    private void Name(Activity activity)
    {
        switch (activity)
        {
            case Operation { Kind: OperationKind.Open } open: Name(open.Task.Tgid); break;
            case SignalDelivered signal: Name(signal.Target.Tgid); break;
        }
    }

    private void Name(int pid)
    {
        if (_vmNames.Learn(pid) is { } vm && _named.Add(pid))
            _writer.Identity(new ProcessIdentity(pid, vm));
    }

    private void Fail(Exception error) => _error = error;
}
