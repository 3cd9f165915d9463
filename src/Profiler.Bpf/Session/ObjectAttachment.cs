using System.Diagnostics;
using System.Runtime.InteropServices;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>
/// Loads the programs of one object and attaches its probes. Several run side by side, each on its own thread; the results are read
/// when all have ended, also those of one that threw.
/// </summary>
/// <param name="name">Name of the object.</param>
/// <param name="types">Path of the types that the programs read, see <see cref="EmbeddedObject.Open"/>.</param>
/// <param name="modules">The modules for which the plan was made.</param>
/// <param name="maps">The maps that all objects share.</param>
/// <param name="returns">Creates return probes; null without tracefs.</param>
/// <param name="throwIfEnding">Called between two steps; throws if nothing more should be attached.</param>
internal sealed class ObjectAttachment(
    string name, string types, ModuleStates modules, SharedMaps maps, ReturnProbeEvents? returns, Action throwIfEnding)
{
    /// <summary>Loaded objects, which must stay open while their probes are attached.</summary>
    public List<EmbeddedObject> Loaded { get; } = [];

    /// <summary>Attached probes.</summary>
    public List<AttachedProbe> Attached { get; } = [];

    /// <summary>Each probe of the object that is attached or cannot be, with the reason.</summary>
    public List<(PlannedProbe Probe, bool Attached, string Reason)> Results { get; } = [];

    /// <summary>Attaches the possible probes.</summary>
    /// <exception cref="BpfException">The kernel does not permit tracing.</exception>
    public void Run(IReadOnlyList<PlannedProbe> probes)
    {
        foreach (PlannedProbe missing in probes.Where(p => !p.Possible))
            Results.Add((missing, false, missing.Reason));
        Attach([.. probes.Where(p => p.Possible)]);
    }

    // One load for all probes of an object is fastest. If it fails, each probe is tried alone to find the cause.
    private void Attach(List<PlannedProbe> probes)
    {
        if (probes.Count == 0)
            return;
        throwIfEnding();

        _ = LibBpfLog.Take(); // discard messages of earlier objects
        EmbeddedObject loaded;
        using (StartSteps.Begin($"open {name}"))
            loaded = EmbeddedObject.Open(name, types);
        int error;
        using (StartSteps.Begin($"load {name}"))
            error = Load(loaded, probes);
        if (error == 0)
        {
            Loaded.Add(loaded);
            maps.Adopt(loaded);
            foreach (PlannedProbe probe in probes)
            {
                throwIfEnding();
                Attach(loaded, probe);
            }
            return;
        }
        loaded.Dispose();
        if (probes.Count > 1)
            probes.ForEach(probe => Attach([probe]));
        else
            GiveWay(probes[0], -error, "load", VerifierLog.Summarize(LibBpfLog.Take()));
    }

    private int Load(EmbeddedObject loaded, List<PlannedProbe> probes)
    {
        int error = 0;
        foreach (PlannedProbe probe in probes)
        {
            string? Target(bool isEnd) => probe.Kind == AttachKind.Fentry ? AttachedProbe.Target(probe.Probe, isEnd) : null;
            (string begin, string? end) = AttachedProbe.Programs(probe);
            error = error != 0 ? error : loaded.Want(begin, Target(false));
            error = error != 0 || end is null ? error : loaded.Want(end, Target(true));
        }
        if (error != 0)
            return error;
        loaded.ShareMaps(maps);
        return loaded.Load();
    }

    private void Attach(EmbeddedObject loaded, PlannedProbe probe)
    {
        using Activity? step = StartSteps.Begin($"attach {probe.Probe.Name}");
        if (AttachedProbe.Attach(loaded, probe, modules, returns, out int errno) is { } attached)
        {
            Attached.Add(attached);
            Results.Add((probe, true, probe.Reason));
        }
        else
        {
            GiveWay(probe, errno, "attach");
        }
    }

    // Fall back from fentry to kprobe, unless fentry was forced.
    private void GiveWay(PlannedProbe probe, int errno, string what, string? because = null)
    {
        string error = $"{probe.Kind} did not {what}: {Marshal.GetPInvokeErrorMessage(errno)}{(because is null ? "" : $" ({because})")}";
        if (errno == Errno.EPERM)
            throw new BpfException(Refusal.Explain(), LibBpfLog.Take());
        if (probe is { Kind: AttachKind.Fentry, Forced: false })
            Attach([probe with { Kind = AttachKind.Kprobe, Reason = error }]);
        else
            Results.Add((probe, false, error));
    }
}
