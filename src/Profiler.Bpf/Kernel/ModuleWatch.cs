namespace Profiler.Bpf.Kernel;

/// <summary>Detects from sysfs that modules were loaded or unloaded.</summary>
/// <param name="modules">Module names.</param>
internal sealed class ModuleWatch(IEnumerable<string> modules)
{
    private readonly string[] _modules = [.. modules];
    private string _last = "";

    /// <summary>At the last check a module was being loaded or unloaded.</summary>
    public bool Unsettled => _last.Contains("coming", StringComparison.Ordinal) || _last.Contains("going", StringComparison.Ordinal);

    /// <summary>True if a module was loaded or unloaded since the last call, and on the first one.</summary>
    public bool Changed()
    {
        string now = StateOf(_modules);
        bool changed = now != _last;
        _last = now;
        return changed;
    }

    /// <summary>The state of each module, as text.</summary>
    public static string StateOf(IEnumerable<string> modules) => string.Join('\n', modules.Select(m => State($"/sys/module/{m}")));

    // A module appears in sysfs before probes can attach to its functions. Its initstate shows when it is live.
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
