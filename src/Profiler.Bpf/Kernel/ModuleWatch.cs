namespace Profiler.Bpf.Kernel;

/// <summary>Detects from sysfs that modules were loaded or unloaded.</summary>
/// <param name="modules">Module names.</param>
internal sealed class ModuleWatch(IEnumerable<string> modules)
{
    private readonly string[] _paths = [.. modules.Select(m => $"/sys/module/{m}")];
    private string _last = "";

    /// <summary>At the last check a module was being loaded or unloaded.</summary>
    public bool Unsettled => _last.Contains("coming", StringComparison.Ordinal) || _last.Contains("going", StringComparison.Ordinal);

    /// <summary>True if a module was loaded or unloaded since the last call, and on the first one.</summary>
    public bool Changed()
    {
        // A module appears in sysfs before probes can attach to its functions. Its initstate shows when it is live.
        string now = string.Join('\n', _paths.Select(State));
        bool changed = now != _last;
        _last = now;
        return changed;
    }

    private static string State(string path)
    {
        try
        {
            string initState = path + "/initstate"; // missing for a built-in module
            return File.Exists(initState) ? File.ReadAllText(initState) : Directory.Exists(path) ? "built in" : "";
        }
        catch (IOException)
        {
            return ""; // unloaded during the check
        }
    }
}
